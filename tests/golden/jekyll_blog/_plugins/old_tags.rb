# Stand-ins for the plugins of the old blog, so that Jekyll alone builds it: formulas in kramdown's own marks, assets and
# gists as what they lead to.
class OldLatex < Liquid::Block
  def initialize(name, markup, tokens)
    super
    @centred = markup.include?("center")
  end

  def render(_context)
    body = super.strip.gsub(/\A\$+|\$+\z/, "").strip
    @centred ? "$$#{body}$$" : "<span>#{body.gsub('<', '&lt;')}</span>"
  end
end

class OldAsset < Liquid::Tag
  def initialize(name, markup, tokens)
    super
    @alt = markup[/alt=(['"])(.*?)\1/, 2]
    @attributes = [markup[/class="(.*?)"/, 1]&.prepend("."), markup[/width=\d+/]&.sub(/\d+/, '"\0"')].compact
  end

  def render(_context)
    "![#{@alt}](/assets/img/curve.png)" + (@attributes.empty? ? "" : "{: #{@attributes.join(' ')}}")
  end
end

class OldGist < Liquid::Tag
  def initialize(name, markup, tokens)
    super
    @id, @file = markup.split
  end

  def render(_context)
    "[Gist #{@id}: #{@file}](https://gist.github.com/#{@id}#file-#{@file.tr('.', '-')})"
  end
end

{ "latex" => OldLatex, "asset" => OldAsset, "gist" => OldGist }.each { |name, tag| Liquid::Template.register_tag(name, tag) }
