# Print what Jekyll makes of some golden cases, as JSON: by name; a refusal is null.
#
#     TZ=UTC ruby tests/generator/render/liquid/ruby/golden.rb CASES.json
#
# test_golden_liquid.py writes CASES.json (the cases are not part of this project) and compares with golden_output.json.
# Stored output: ruby 3.1.2, liquid 5.4.0, jekyll 4.3.1.
require "json"
require "jekyll"
require "tmpdir"

Encoding.default_external = Encoding.default_internal = Encoding::UTF_8
Jekyll.logger.log_level = :error
Liquid::Template.error_mode = :warn
printed = JSON.parse(File.read(ARGV[0])).to_h do |name, given|
  Dir.mktmpdir do |folder|
    given["partials"].each do |path, text|
      FileUtils.mkdir_p(File.dirname(File.join(folder, "_includes", path)))
      File.write(File.join(folder, "_includes", path), text)
    end
    site = Jekyll::Site.new(Jekyll.configuration("quiet" => true, "disable_disk_cache" => true, "source" => folder,
                                                 "destination" => "/nonexistent", "url" => "https://example.org"))
    Liquid::Template.file_system = Class.new do
      define_method(:read_template_file) { |path| given["partials"].fetch(path) }
    end.new
    template = Liquid::Template.parse(given["template"])
    [name, template.render!(given["globals"], :registers => { :site => site, :page => {} })]
  rescue StandardError
    [name, nil]
  end
end
puts JSON.pretty_generate(printed)
