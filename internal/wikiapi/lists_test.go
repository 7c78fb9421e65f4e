package wikiapi

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"
)

func listQuery(name string, more ...string) string {
	v := url.Values{"action": {"query"}, "list": {name}, "format": {"json"}, "formatversion": {"2"}, "wiki": {"enwiki"}}
	for _, m := range more {
		k, value, _ := strings.Cut(m, "=")
		v.Set(k, value)
	}
	return v.Encode()
}

// The forms are those that MediaWiki 1.39 gave to the same questions.
func TestLists(t *testing.T) {
	s := New(1 << 20)
	at := func(minute int) time.Time { return time.Date(2026, 1, 2, 3, minute, 0, 0, time.UTC) }
	for id, minute := range map[int64]int{1: 1, 2: 3, 3: 3, 4: 5} {
		r := rev(id, 0, "text")
		r.Timestamp, r.Groups = at(minute), []string{"sysop", "*", "user"}
		if id == 3 {
			r.PageID, r.Title, r.Namespace, r.User, r.UserID, r.Registration = 8, "A", 0, "Bo", 4, at(0)
		}
		if id == 4 {
			r.UserHidden, r.CommentHidden, r.Text = true, true, nil
		}
		s.Put(r)
	}
	child := rev(9, 8, "of a parent known by its text")
	child.Timestamp, child.ParentText, child.Groups = at(9), new(string), []string{"sysop", "*", "user"}
	s.Put(child)
	ids := "arvprop=ids"
	for _, c := range []struct{ name, query, want string }{
		{"all", listQuery("allrevisions", "arvdir=newer", ids), `{"batchcomplete":true,"query":{"allrevisions":[{"pageid":7,"revisions":[{"revid":1,"parentid":0},{"revid":2,"parentid":0},{"revid":4,"parentid":0},{"revid":9,"parentid":8}],"ns":2,"title":"User:Ann"},{"pageid":8,"revisions":[{"revid":3,"parentid":0}],"ns":0,"title":"A"}]}}`},
		{"a stretch", listQuery("allrevisions", "arvdir=newer", ids, "arvstart=2026-01-02T03:02:00Z", "arvend=2026-01-02T03:03:00Z"), `{"batchcomplete":true,"query":{"allrevisions":[{"pageid":7,"revisions":[{"revid":2,"parentid":0}],"ns":2,"title":"User:Ann"},{"pageid":8,"revisions":[{"revid":3,"parentid":0}],"ns":0,"title":"A"}]}}`},
		{"more", listQuery("allrevisions", "arvdir=newer", ids, "arvlimit=2"), `{"batchcomplete":true,"continue":{"arvcontinue":"20260102030300|3","continue":"-||"},"query":{"allrevisions":[{"pageid":7,"revisions":[{"revid":1,"parentid":0},{"revid":2,"parentid":0}],"ns":2,"title":"User:Ann"}]}}`},
		{"the rest", listQuery("allrevisions", "arvdir=newer", ids, "arvcontinue=20260102030500|4", "arvnamespace=2|10"), `{"batchcomplete":true,"query":{"allrevisions":[{"pageid":7,"revisions":[{"revid":4,"parentid":0},{"revid":9,"parentid":8}],"ns":2,"title":"User:Ann"}]}}`},
		{"hidden", listQuery("allrevisions", "arvdir=newer", "arvprop=ids|user|userid|comment|sha1|contentmodel", "arvstart=2026-01-02T03:05:00Z", "arvend=2026-01-02T03:05:00Z"), `{"batchcomplete":true,"query":{"allrevisions":[{"pageid":7,"revisions":[{"revid":4,"parentid":0,"userhidden":true,"sha1hidden":true,"slots":{"main":{"contentmodel":"wikitext"}},"commenthidden":true}],"ns":2,"title":"User:Ann"}]}}`},
		{"none", listQuery("allrevisions", "arvdir=newer", ids, "arvstart=2027-01-02T03:05:00Z"), `{"batchcomplete":true,"query":{"allrevisions":[]}}`},
		{"no time", listQuery("allrevisions", "arvdir=newer", ids, "arvstart=x"), `{"error":{"code":"badtimestamp","info":"Invalid value \"x\" for timestamp parameter \"arvstart\".",DOC`},
		{"no place", listQuery("allrevisions", "arvdir=newer", ids, "arvcontinue=x"), `{"error":{"code":"badcontinue",DOC`},
		{"users by id", listQuery("users", "usprop=groups|registration", "ususerids=3|4|999"), `{"batchcomplete":true,"query":{"users":[{"userid":3,"name":"Ann","groups":["sysop","*","user"]},{"userid":4,"name":"Bo","registration":"2026-01-02T03:00:00Z","groups":["sysop","*","user"]},{"userid":999,"missing":true}]}}`},
		{"users by name", listQuery("users", "usprop=groups|registration", "ususers=Nobody|Bo"), `{"batchcomplete":true,"query":{"users":[{"name":"Nobody","missing":true},{"userid":4,"name":"Bo","registration":"2026-01-02T03:00:00Z","groups":["sysop","*","user"]}]}}`},
		{"too many users", listQuery("users", "usprop=groups|registration", "ususerids="+strings.Repeat("1|", 50)+"2"), `{"error":{"code":"toomanyvalues","info":"Too many values supplied for parameter \"ususerids\". The limit is 50.",DOC`},
		{"the wiki", listQuery("", "meta=siteinfo"), `{"batchcomplete":true,"query":{"general":{"server":"https://en.wikipedia.org","servername":"en.wikipedia.org","wikiid":"enwiki"}}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := get(t, s, c.query)
			want, _, prefix := strings.Cut(c.want, "DOC")
			if got := w.Body.String(); w.Code != 200 || got != want && !(prefix && strings.HasPrefix(got, want)) || !json.Valid(w.Body.Bytes()) {
				t.Errorf("status %d\n got %s\nwant %s", w.Code, got, want)
			}
		})
	}
	for _, refused := range []string{
		listQuery("allrevisions", ids), listQuery("allrevisions", "arvdir=newer", "arvprop=content"), listQuery("users", "usprop=editcount", "ususerids=1"),
		listQuery("recentchanges"), listQuery("users", "prop=revisions", "ususerids=1"),
	} {
		if w := get(t, s, refused); w.Code != 400 || !strings.Contains(w.Body.String(), "the stand-in") {
			t.Errorf("%s gave %d %s", refused, w.Code, w.Body)
		}
	}
}
