package corpus

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

func text(s string) *string { return &s }

// sample is an edit with every field an event shows.
func sample() *Revision {
	r := &Revision{
		Wiki: "dewiki", Domain: "de.wikipedia.example", PageID: 88, Title: "Ünïcode “0” 漢字 & ? / + 😀", RevID: 669, ParentID: 668,
		Timestamp: time.Date(2026, 11, 21, 9, 31, 6, 0, time.UTC), User: "Nina", UserID: 5,
		Groups: []string{"sysop", "*", "user"}, Registration: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), EditCount: 8,
		Comment: "título <b>", Text: text("one [[link]]"), ParentText: text("one"),
	}
	r.complete()
	return r
}

// TestEvent compares whole events, field order included, with what EventBus on
// MediaWiki 1.43 writes for such edits.
func TestEvent(t *testing.T) {
	const full = `{"$schema":"/mediawiki/revision/create/2.0.0","meta":{"uri":"https://de.wikipedia.example/wiki/%C3%9Cn%C3%AFcode_%E2%80%9C0%E2%80%9D_%E6%BC%A2%E5%AD%97_%26_%3F_/_%2B_%F0%9F%98%80","request_id":"REQUEST","id":"ID","dt":"2026-11-21T09:31:06Z","domain":"de.wikipedia.example","stream":"mediawiki.revision-create"},"database":"dewiki","page_id":88,"page_title":"Ünïcode_“0”_漢字_&_?_/_+_😀","page_namespace":0,"rev_id":669,"rev_timestamp":"2026-11-21T09:31:06Z","rev_sha1":"pmyztfa7aui3uz77mwx7v916ocq0lp4","rev_minor_edit":false,"rev_len":12,"rev_content_model":"wikitext","rev_content_format":"text/x-wiki","performer":{"user_text":"Nina","user_groups":["sysop","*","user"],"user_is_bot":false,"user_id":5,"user_registration_dt":"2020-01-02T03:04:05Z","user_edit_count":8},"page_is_redirect":false,"comment":"título <b>","rev_parent_id":668,"dt":"2026-11-21T09:31:06Z","rev_slots":{"main":{"rev_slot_content_model":"wikitext","rev_slot_sha1":"pmyztfa7aui3uz77mwx7v916ocq0lp4","rev_slot_size":12,"rev_slot_origin_rev_id":669}},"rev_content_changed":true}`
	for _, c := range []struct {
		name     string
		edit     func(*Revision)
		old, new string // what differs from full
	}{
		{"full", func(*Revision) {}, "", ""},
		{"creation", func(r *Revision) { r.ParentID, r.ParentText = 0, nil }, `"rev_parent_id":668,`, ``},
		{"no comment", func(r *Revision) { r.Comment = "" }, `"comment":"título <b>",`, ``},
		{"hidden comment", func(r *Revision) { r.CommentHidden = true }, `"comment":"título <b>",`, ``},
		{"anonymous", func(r *Revision) { r.User, r.UserID, r.Anonymous = "192.0.2.1", 0, true },
			`{"user_text":"Nina","user_groups":["sysop","*","user"],"user_is_bot":false,"user_id":5,"user_registration_dt":"2020-01-02T03:04:05Z","user_edit_count":8}`,
			`{"user_text":"192.0.2.1","user_groups":["*"],"user_is_bot":false}`},
		{"hidden user", func(r *Revision) { r.UserHidden = true },
			`"performer":{"user_text":"Nina","user_groups":["sysop","*","user"],"user_is_bot":false,"user_id":5,"user_registration_dt":"2020-01-02T03:04:05Z","user_edit_count":8},`, ``},
		{"move", func(r *Revision) { r.ParentText = r.Text }, `,"rev_slot_origin_rev_id":669}},"rev_content_changed":true`, `}},"rev_content_changed":false`},
		{"parent not held", func(r *Revision) { r.ParentText = nil }, `,"rev_content_changed":true`, ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := sample()
			c.edit(r)
			got, err := r.Event()
			if err != nil {
				t.Fatal(err)
			}
			want := full
			if c.old != "" {
				want = strings.Replace(full, c.old, c.new, 1)
				if want == full {
					t.Fatal("the case changes nothing")
				}
			}
			if c.name == "creation" {
				want = strings.Replace(want, `,"rev_content_changed":true`, ``, 1)
			}
			var e eventBody
			if err := json.Unmarshal(got, &e); err != nil {
				t.Fatal(err)
			}
			want = strings.NewReplacer("REQUEST", e.Meta.RequestID, "ID", e.Meta.ID).Replace(want)
			if string(got) != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
			again, _ := r.Event()
			if !bytes.Equal(got, again) {
				t.Error("the same revision gave two different events")
			}
		})
	}
}

func TestEventHiddenText(t *testing.T) {
	r := sample()
	r.Text, r.Size = nil, 0
	got, err := r.Event()
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"rev_len", "rev_sha1", "rev_slots", "rev_content_changed"} {
		if bytes.Contains(got, []byte(field)) {
			t.Errorf("the event of a text not known has %s: %s", field, got)
		}
	}
	r.Size, r.SHA1 = 12, SHA1("one [[link]]")
	if got, _ = r.Event(); !bytes.Contains(got, []byte(`"rev_len":12`)) || !bytes.Contains(got, []byte(`"rev_slots":{`)) {
		t.Errorf("size and digest are known, but the event says %s", got)
	}
}

// TestEventIDs: ids must differ where the revision or the wiki differs.
func TestEventIDs(t *testing.T) {
	seen := map[string]bool{}
	for _, wiki := range []string{"enwiki", "dewiki"} {
		for id := int64(1); id <= 3; id++ {
			r := sample()
			r.Wiki, r.RevID = wiki, id
			raw, err := r.Event()
			if err != nil {
				t.Fatal(err)
			}
			var e eventBody
			if err := json.Unmarshal(raw, &e); err != nil {
				t.Fatal(err)
			}
			for _, id := range []string{e.Meta.ID, e.Meta.RequestID} {
				if seen[id] {
					t.Errorf("id %s occurs twice", id)
				}
				seen[id] = true
			}
		}
	}
}

func TestEventRefused(t *testing.T) {
	if _, err := (&Revision{}).Event(); err == nil || !strings.Contains(err.Error(), "wiki is missing") || !strings.Contains(err.Error(), "timestamp") {
		t.Errorf("an empty revision: %v, want all its faults", err)
	}
}

// TestSHA1 has the digest MediaWiki gives for no text, and Python's hashlib for the
// others; the last one shows the padding.
func TestSHA1(t *testing.T) {
	for in, want := range map[string]string{"": "phoiac9h4m842xq45sp7s6u21eteeq1", "one [[link]]": "pmyztfa7aui3uz77mwx7v916ocq0lp4", "351": "00mmwx4pzph8ahzp90ksgtu43zcpkik"} {
		if got := SHA1(in); got != want {
			t.Errorf("SHA1(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestDerivedPerformer(t *testing.T) {
	at := time.Date(2008, 1, 1, 0, 0, 0, 0, time.UTC)
	bots, confirmed := 0, 0
	for _, c := range []struct {
		name string
		bot  bool
	}{{"DcoetzeeBot", true}, {"Xbot 2", true}, {"BOT", true}, {"Botany", false}, {"Nina", false}, {"Robotics fan", false}} {
		for id := int64(1); id < 50; id++ {
			groups, registered, edits := derivedPerformer(c.name, id, at)
			again, r2, e2 := derivedPerformer(c.name, id, at.Add(time.Second))
			if strings.Join(groups, " ") != strings.Join(again, " ") || !registered.Equal(r2) || edits != e2 {
				t.Errorf("%s/%d is two persons a second apart", c.name, id)
			}
			all := strings.Join(groups, " ")
			if bot := strings.HasPrefix(all, "bot "); bot != c.bot {
				t.Errorf("%s: groups %s", c.name, all)
			} else if bot {
				bots++
			}
			if strings.HasSuffix(all, "autoconfirmed") {
				confirmed++
			}
			if !registered.Before(at) || registered.Before(firstAccount) || edits < 1 || edits > 100000 {
				t.Errorf("%s/%d: registered %v, %d edits", c.name, id, registered, edits)
			}
		}
	}
	if confirmed < 100 || confirmed > 290 {
		t.Errorf("%d of 294 users are autoconfirmed, want most but not all", confirmed)
	}
	if _, registered, _ := derivedPerformer("Nina", 1, firstAccount); !registered.IsZero() {
		t.Errorf("an edit of the first second has an account of %v", registered)
	}
}

func TestIsRedirect(t *testing.T) {
	for in, want := range map[string]bool{
		"#REDIRECT [[A]]": true, " \n#redirect:[[A]]": true, "#Weiterleitung [[A]]": true, "#重定向 [[A]]": true, "#تحويل [[A]]": true,
		"#YÖNLENDİRME [[A]]": true, "#ĐỔI [[A]]": true, "#転送[[A]]": true, "#हिन्दी [[A]]": false,
		"# [[A]]": false, "#item [[A]]": false, "REDIRECT [[A]]": false, "#REDIRECT A": false, "": false, "#\xff[[": false,
		"#" + strings.Repeat("a", 300) + "[[": false,
	} {
		if got := IsRedirect(in); got != want {
			t.Errorf("IsRedirect(%q) = %v", in, got)
		}
	}
}

// TestDomain goes both ways: a dump without dbname must come back to its name.
func TestDomain(t *testing.T) {
	for wiki, domain := range map[string]string{
		"enwiki": "en.wikipedia.org", "zh_min_nanwiki": "zh-min-nan.wikipedia.org", "dewiktionary": "de.wiktionary.org",
		"commonswiki": "commons.wikimedia.org", "wikidatawiki": "www.wikidata.org", "simplewiki": "simple.wikipedia.org",
	} {
		if got := Domain(wiki); got != domain {
			t.Errorf("Domain(%s) = %s, want %s", wiki, got, domain)
		}
		if got := wikiOf(domain); got != wiki {
			t.Errorf("wikiOf(%s) = %s, want %s", domain, got, wiki)
		}
	}
	if got := Domain("intranet"); got != "intranet.example" {
		t.Errorf("Domain(intranet) = %s", got)
	}
}

func TestParentsBounds(t *testing.T) {
	var p parents
	put := func(id int64, text *string, hidden bool) {
		p.put(&Revision{RevID: id, Text: text, TextHidden: hidden, ContentModel: "wikitext"})
	}
	of := func(id int64) *Revision {
		r := &Revision{ParentID: id}
		p.fill(r)
		return r
	}
	for id := int64(1); id <= 20; id++ {
		put(id, text("x"), false)
	}
	if of(20-keptParents).ParentText != nil || of(21-keptParents).ParentText == nil {
		t.Errorf("after 20 revisions %d are held, want the last %d", len(p.kept), keptParents)
	}
	big := strings.Repeat("a", keptParentBytes)
	put(21, &big, false)
	if len(p.kept) != 1 || of(21).ParentText == nil || p.bytes != len(big) {
		t.Errorf("a text of the whole budget: %d held, %d bytes, want it alone", len(p.kept), p.bytes)
	}
	put(22, nil, true)
	if of(21).ParentText == nil || of(22).ParentText != nil {
		t.Error("a hidden text takes no room and has no text")
	}
	if r := of(22); !r.ParentHidden || r.ParentModel != "wikitext" || of(21).ParentHidden || of(99).ParentHidden {
		t.Error("a hidden parent is told from one that is shown, and from one that is not there")
	}
}

// FuzzReader: whatever the bytes, reading ends without a panic, and every
// revision that comes out yields an event that is JSON.
func FuzzReader(f *testing.F) {
	for _, name := range []string{"export-0.3.xml", "export-0.4.xml", "export-0.10.xml", "export-0.11.xml", "rows.jsonl", "export-0.11.xml.bz2"} {
		seed, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
		f.Add(gz(f, seed))
		f.Add(zst(f, seed, 1<<20))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := newReader("fuzz", io.NopCloser(bytes.NewReader(in)), int64(len(in)), 1<<20)
		if err != nil {
			return
		}
		defer r.Close()
		for range 1000 {
			rev, err := r.Next()
			var bad *LineError
			if errors.As(err, &bad) {
				continue
			}
			if err != nil {
				return
			}
			raw, err := rev.Event()
			if err != nil {
				t.Fatalf("revision %+v was read but makes no event: %v", rev, err)
			}
			var e eventBody
			if err := json.Unmarshal(raw, &e); err != nil || e.RevID != rev.RevID || e.Database == "" {
				t.Fatalf("event %s: %v", raw, err)
			}
		}
	})
}
