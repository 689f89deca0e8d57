# Write what kramdown makes of each snippet, with the settings Jekyll gives it: ruby tests/markup/kramdown/oracle.rb
#
# The .html files beside this script came from kramdown 2.4.0 with kramdown-parser-gfm 1.1.0 (Debian 12).
# With the argument `--print` the files stay as they are, and all goes to the standard output as JSON.
require "json"
require "kramdown"
require "kramdown-parser-gfm"

OPTIONS = {
  input: "GFM", hard_wrap: false, auto_ids: true, toc_levels: "1..6", entity_output: "as_char",
  smart_quotes: "lsquo,rsquo,ldquo,rdquo", footnote_nr: 1, math_engine: nil, syntax_highlighter: nil
}.freeze

made = Dir.glob(File.join(__dir__, "*.text")).sort.to_h do |path|
  source = File.read(path, encoding: "utf-8")
  [File.basename(path, ".text"), Kramdown::Document.new(source, OPTIONS).to_html]
end
if ARGV.include?("--print")
  puts JSON.generate(made)
else
  made.each { |name, html| File.write(File.join(__dir__, "#{name}.html"), html) }
end
