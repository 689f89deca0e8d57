# Print what each filter makes of each value in matrix.json, as JSON: by filter, then by value.
#
#     TZ=UTC ruby tests/generator/render/liquid/ruby/matrix.rb > tests/generator/render/liquid/ruby/matrix_output.json
#
# A refusal is null. Stored output: ruby 3.1.2, liquid 5.4.0, jekyll 4.3.1.
require "json"
require "jekyll"

Encoding.default_external = Encoding.default_internal = Encoding::UTF_8
Jekyll.logger.log_level = :error
here = __dir__
site = Jekyll::Site.new(Jekyll.configuration("quiet" => true, "disable_disk_cache" => true, "source" => here,
                                             "destination" => "/nonexistent", "url" => "https://example.org"))
Liquid::Template.error_mode = :warn
table = JSON.parse(File.read(File.join(here, "matrix.json")))
printed = table["filters"].to_h do |filter|
  template = Liquid::Template.parse("{{ v | #{filter} }}")
  row = table["values"].map do |value|
    template.render!({ "v" => JSON.parse(JSON.dump([value]))[0] }, :registers => { :site => site, :page => {} })
  rescue StandardError, FloatDomainError
    nil
  end
  [filter, row]
end
puts JSON.pretty_generate(printed)
