# Print what Ruby Liquid with Jekyll's filters makes of every template in cases.txt, as JSON.
#
#     TZ=UTC ruby tests/generator/render/liquid/ruby/print.rb > tests/generator/render/liquid/ruby/output.json
#
# Stored output: ruby 3.1.2, liquid 5.4.0, jekyll 4.3.1 (Debian 12: apt-get install jekyll).
require "json"
require "jekyll"

Encoding.default_external = Encoding.default_internal = Encoding::UTF_8
Jekyll.logger.log_level = :error
here = __dir__
site = Jekyll::Site.new(Jekyll.configuration("quiet" => true, "disable_disk_cache" => true, "source" => here,
                                             "destination" => "/nonexistent", "url" => "https://example.org"))
Liquid::Template.error_mode = :warn
data = File.read(File.join(here, "data.json"))
printed = File.read(File.join(here, "cases.txt")).split(/^=== (.+)\n/).drop(1).each_slice(2).to_h do |name, text|
  template = Liquid::Template.parse(text.delete_suffix("\n"))
  [name, template.render!(JSON.parse(data), :registers => { :site => site, :page => {} })]
rescue StandardError => e
  [name, { "error" => e.message }]
end
puts JSON.pretty_generate(printed)
