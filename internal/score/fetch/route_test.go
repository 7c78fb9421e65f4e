package fetch

import (
	"errors"
	"net/url"
	"strings"
	"testing"
)

func TestResolve(t *testing.T) {
	rs, err := compileRoutes([]Wiki{
		{Match: "testwiki", API: "http://127.0.0.1:8080/api.php"},
		{Match: `/^be-tarask|^be_x_oldwiki$/`, API: "https://be-tarask.wikipedia.org/w/api.php"},
		{Match: `/^(?!wikidata|commons).*wiki$/`, API: "https://{domain}/w/api.php", Domains: []string{"*.wikipedia.org", "www.mediawiki.org"}},
		{Match: `/^farm_/i`, API: "https://farm.example/{wiki}/api.php"},
		{Match: `/^(a+)+$/`, API: "https://slow.example/api.php"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ wiki, domain, want string }{
		{"testwiki", "", "http://127.0.0.1:8080/api.php"},
		{"testwiki", "evil.example", "http://127.0.0.1:8080/api.php"}, // not used, so not asked
		{"be_x_oldwiki", "", "https://be-tarask.wikipedia.org/w/api.php"},
		{"enwiki", "en.wikipedia.org", "https://en.wikipedia.org/w/api.php"},
		{"enwiki", "en.m.wikipedia.org", "https://en.m.wikipedia.org/w/api.php"},
		{"mediawikiwiki", "www.mediawiki.org", "https://www.mediawiki.org/w/api.php"},
		{"farm_One", "", "https://farm.example/farm_One/api.php"},
		{"FARM_2", "", "https://farm.example/FARM_2/api.php"},

		{"wikidatawiki", "www.wikidata.org", ""},
		{"commonswiki", "commons.wikimedia.org", ""},
		{"xtestwiki2", "", ""},
		{"enwiki", "", ""},
		{"enwiki", "wikipedia.org", ""}, // *.suffix is what lies below
		{"enwiki", "evil.example", ""},
		{"enwiki", "evilwikipedia.org", ""},
		{"enwiki", "en.wikipedia.org.evil.example", ""},
		{"enwiki", "en.wikipedia.org:8080", ""},
		{"enwiki", "evil@en.wikipedia.org", ""},
		{"enwiki", "evil.example/.wikipedia.org", ""},
		{"enwiki", "evil.example#.wikipedia.org", ""},
		{"enwiki", "evil.example?.wikipedia.org", ""},
		{"enwiki", `evil.example\.wikipedia.org`, ""},
		{"enwiki", "evil.example%2f.wikipedia.org", ""},
		{"enwiki", "[::1].wikipedia.org", ""},
		{"enwiki", ".wikipedia.org", ""},
		{"enwiki", "-.wikipedia.org", ""},
		{"enwiki", "..wikipedia.org", ""},
		{"enwiki", "EN.wikipedia.org", ""},
		{"enwiki", "en.wikipedia.org\r\nX: y", ""},
		{"enwiki", "е.wikipedia.org", ""}, // Cyrillic
		{"enwiki", strings.Repeat("a.", 150) + "wikipedia.org", ""},
		{"farm_../../x", "", ""},
		{"farm_a b", "", ""},
		{"farm_{domain}", "", ""},
		{"farm_é", "", ""},
		{"", "en.wikipedia.org", ""},
		{strings.Repeat("w", 65) + "wiki", "en.wikipedia.org", ""},
	} {
		got, err := rs.resolve(tc.wiki, tc.domain)
		if got != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("%q with domain %q: got %q, %v; want %q", tc.wiki, tc.domain, got, err, tc.want)
		}
		if err != nil && !errors.Is(err, ErrWikiNotConfigured) {
			t.Errorf("%q with domain %q: error is %v", tc.wiki, tc.domain, err)
		}
	}
}

// An expression that backtracks without end on a hostile name is an error, not a
// wiki that is not configured: nobody decided that.
func TestSlowExpression(t *testing.T) {
	rs, err := compileRoutes([]Wiki{{Match: `/^(a+)+$/`, API: testAPI}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rs.resolve(strings.Repeat("a", 60)+"_", ""); err == nil || errors.Is(err, ErrWikiNotConfigured) {
		t.Errorf("error is %v, want one about the time", err)
	}
}

// FuzzResolve: whatever an event says, the URL's host is one that is configured,
// and there is nothing in the URL but what the template has.
func FuzzResolve(f *testing.F) {
	rs, err := compileRoutes([]Wiki{
		{Match: `/wiki$/`, API: "https://{domain}/w/api.php", Domains: []string{"*.wikipedia.org"}},
		{Match: `/./`, API: "http://farm.example/{wiki}/api.php"},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("enwiki", "en.wikipedia.org")
	f.Add("enwiki", "evil@en.wikipedia.org:80")
	f.Add("../x", "evil.example/.wikipedia.org")
	f.Add("a{domain}", "x")
	f.Fuzz(func(t *testing.T, wiki, domain string) {
		api, err := rs.resolve(wiki, domain)
		if err != nil {
			return
		}
		u, err := url.Parse(api)
		if err != nil {
			t.Fatalf("%q is no URL: %v", api, err)
		}
		if u.User != nil || u.Port() != "" || u.RawQuery != "" || u.Fragment != "" || u.RawPath != "" {
			t.Fatalf("%q has more in it than a host and a path", api)
		}
		inDomain := strings.HasSuffix(u.Host, ".wikipedia.org") && u.Host == domain && u.Path == "/w/api.php"
		inFarm := u.Host == "farm.example" && u.Path == "/"+wiki+"/api.php" && strings.Count(u.Path, "/") == 2
		if !inDomain && !inFarm {
			t.Fatalf("wiki %q and domain %q lead to %q", wiki, domain, api)
		}
	})
}
