package corpus

import (
	"net/url"
	"strings"
)

// families maps the ends of Wikimedia's database names to the domain that its
// language subdomains live under. Longer ends come first: "wiki" ends them all.
var families = []struct{ end, domain string }{
	{"wiktionary", "wiktionary.org"},
	{"wikibooks", "wikibooks.org"},
	{"wikinews", "wikinews.org"},
	{"wikiquote", "wikiquote.org"},
	{"wikisource", "wikisource.org"},
	{"wikiversity", "wikiversity.org"},
	{"wikivoyage", "wikivoyage.org"},
	{"wiki", "wikipedia.org"},
}

// special are the databases whose domain does not follow from their name.
var special = map[string]string{
	"commonswiki": "commons.wikimedia.org", "metawiki": "meta.wikimedia.org",
	"specieswiki": "species.wikimedia.org", "incubatorwiki": "incubator.wikimedia.org",
	"wikidatawiki": "www.wikidata.org", "mediawikiwiki": "www.mediawiki.org",
	"sourceswiki": "wikisource.org",
}

// renamed are languages whose subdomain is not what the database is called.
var renamed = map[string]string{
	"be-x-old": "be-tarask", "gsw": "als", "sgs": "bat-smg", "lzh": "zh-classical",
	"nan": "zh-min-nan", "yue": "zh-yue", "rup": "roa-rup", "vro": "fiu-vro",
}

// Domain returns the host of a Wikimedia database, and for any other the name
// itself under the reserved domain .example.
func Domain(wiki string) string {
	if d, ok := special[wiki]; ok {
		return d
	}
	for _, f := range families {
		lang, ok := strings.CutSuffix(wiki, f.end)
		if !ok || lang == "" {
			continue
		}
		lang = strings.ReplaceAll(lang, "_", "-")
		if to, ok := renamed[lang]; ok {
			lang = to
		}
		return lang + "." + f.domain
	}
	return wiki + ".example"
}

// wikiOf is the inverse, for dumps older than export 0.9, which name their base
// address but not their database. A foreign host becomes a name in its letters.
func wikiOf(host string) string {
	for wiki, domain := range special {
		if host == domain {
			return wiki
		}
	}
	for _, f := range families {
		if lang, ok := strings.CutSuffix(host, "."+f.domain); ok {
			return strings.ReplaceAll(lang, "-", "_") + f.end
		}
	}
	return strings.NewReplacer(".", "_", "-", "_", ":", "_").Replace(host)
}

// hostOf returns the host of a dump's base address, "" if it has none.
func hostOf(base string) string {
	u, err := url.Parse(strings.TrimSpace(base))
	if err != nil {
		return ""
	}
	return u.Hostname()
}
