# Store what Jekyll and Ruby Liquid make of this site: ruby tests/golden/jekyll_blog/oracle.rb
#
# The files under expected/ came from jekyll 4.3.1, liquid 5.4.0 and kramdown 2.4.0 (Debian 12): the whole first post as
# Jekyll builds it, and its table and chat blocks as Liquid prints them, before any Markdown.
# With the argument `--print` nothing is stored, and all goes to the standard output as JSON.
require "csv"
require "jekyll"
require "json"
require "tmpdir"
require "yaml"

class Nothing < Liquid::Tag
  def render(_context) = ""
end

here = __dir__
read = ->(path) { File.read(File.join(here, path), encoding: "utf-8") }
made = {}

site = nil
Dir.mktmpdir do |folder|
  pages, cache = File.join(folder, "pages"), File.join(folder, "cache")
  settings = { "quiet" => true, "source" => here, "destination" => pages, "cache_dir" => cache }
  site = Jekyll::Site.new(Jekyll.configuration(settings.merge("disable_disk_cache" => true)))
  site.process
  made["parrot.html"] = File.read(File.join(pages, "notes/2021/07/14/parrot/index.html"), encoding: "utf-8")
end

%w[latex asset gist post_url include].each { |name| Liquid::Template.register_tag(name, Nothing) }
data = {
  "parrot" => {
    "sweep" => CSV.parse(read.call("_data/parrot/sweep.csv"), headers: true).map(&:to_hash),
    "chat" => { "hobbies" => JSON.parse(read.call("_data/parrot/chat/hobbies.json")) }
  },
  "places" => YAML.safe_load(read.call("_data/places.yml"))
}
body = read.call("_posts/2021-07-14-parrot.md").split(/^---\n/, 3)[2]
printed = Liquid::Template.parse(body).render!(
  { "site" => { "data" => data, "posts" => [] }, "page" => { "tags" => [], "date" => Time.utc(2021, 7, 14) } },
  registers: { site: site, page: {} }
)
made["sweep.html"] = printed[%r{<table class="sweep">.*?</table>}m]
made["places.html"] = printed[%r{<table>.*?</table>}m]
made["settings.md"] = printed[/^Setting \| Value\n.*?(?=\{: \.settings\})/m]
made["chat.md"] = printed[/^```\n.*?^```$/m]
made["control.md"] = printed[/^## Control\n.*?(?=^Slug:)/m]
if ARGV.include?("--print")
  puts JSON.generate(made)
else
  made.each { |name, text| File.write(File.join(here, "expected", name), text) }
end
