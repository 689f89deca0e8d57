# Store what Ruby Liquid prints for the table and chat blocks: ruby tests/golden/jekyll_blog/oracle.rb
#
# The files under expected/ came from liquid 5.4.0 with the filters of jekyll 4.3.1 (Debian 12).
# With the argument `--print` nothing is stored, and all goes to the standard output as JSON.
require "csv"
require "json"
require "yaml"
require "jekyll"

class Nothing < Liquid::Block
  def render(_context) = ""
end

class NothingAlone < Liquid::Tag
  def render(_context) = ""
end

%w[latex].each { |name| Liquid::Template.register_tag(name, Nothing) }
%w[asset gist post_url include].each { |name| Liquid::Template.register_tag(name, NothingAlone) }

here = __dir__
read = ->(path) { File.read(File.join(here, path), encoding: "utf-8") }
data = {
  "parrot" => {
    "sweep" => CSV.parse(read.call("_data/parrot/sweep.csv"), headers: true).map(&:to_hash),
    "chat" => { "hobbies" => JSON.parse(read.call("_data/parrot/chat/hobbies.json")) }
  },
  "places" => YAML.safe_load(read.call("_data/places.yml"))
}
body = read.call("_posts/2021-07-14-parrot.md").split(/^---\n/, 3)[2]
site = Jekyll::Site.new(Jekyll.configuration("quiet" => true, "source" => here, "destination" => "/nonexistent"))
printed = Liquid::Template.parse(body).render!(
  { "site" => { "data" => data, "posts" => [] }, "page" => { "tags" => [], "date" => Time.utc(2021, 7, 14) } },
  registers: { site: site, page: {} }
)
blocks = {
  "sweep.html" => printed[%r{<table class="sweep">.*?</table>}m],
  "places.html" => printed[%r{<table>.*?</table>}m],
  "settings.md" => printed[/^Setting \| Value\n.*?(?=\{: \.settings\})/m],
  "chat.md" => printed[/^```\n.*?^```$/m],
  "control.md" => printed[/^## Control\n.*?(?=^Slug:)/m]
}
if ARGV.include?("--print")
  puts JSON.generate(blocks)
else
  blocks.each { |name, text| File.write(File.join(here, "expected", name), text) }
end
