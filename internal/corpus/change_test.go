package corpus

import (
	"bytes"
	"strings"
	"testing"

	"revscore/internal/event"
)

// The event of a revision says the same in either schema, as whoever reads it sees it.
func TestChangeTellsTheSame(t *testing.T) {
	for name, edit := range map[string]func(*Revision){
		"edit":           func(*Revision) {},
		"creation":       func(r *Revision) { r.ParentID, r.ParentText = 0, nil },
		"anonymous":      func(r *Revision) { r.User, r.UserID, r.Anonymous = "192.0.2.1", 0, true },
		"hidden user":    func(r *Revision) { r.UserHidden = true },
		"hidden text":    func(r *Revision) { r.Text, r.TextHidden, r.Size = nil, true, 0 },
		"hidden comment": func(r *Revision) { r.CommentHidden = true },
	} {
		t.Run(name, func(t *testing.T) {
			r := sample()
			edit(r)
			read := func(f Form) *event.Revision {
				raw, err := r.EventAs(f)
				if err != nil {
					t.Fatal(err)
				}
				rev, err := event.Parse(raw)
				if err != nil {
					t.Fatal(err)
				}
				return rev
			}
			create, change := read(Form{}), read(Form{Change: true})
			if change.CommentHidden != r.CommentHidden {
				t.Errorf("comment hidden is %v", change.CommentHidden)
			}
			if change.Schema != ChangeSchema || change.Stream != ChangeStream {
				t.Errorf("schema %s, stream %s", change.Schema, change.Stream)
			}
			if (create.Author == nil) != (change.Author == nil) ||
				create.Author != nil && (create.Author.Text != change.Author.Text || !create.Author.Registration.Equal(change.Author.Registration)) {
				t.Errorf("the authors are %+v and %+v", create.Author, change.Author)
			}
			for _, same := range [][2]any{
				{create.Wiki, change.Wiki}, {create.PageID, change.PageID}, {create.PageTitle, change.PageTitle}, {create.Kind, change.Kind},
				{create.RevID, change.RevID}, {create.ParentID, change.ParentID}, {create.Time, change.Time}, {create.Comment, change.Comment},
				{create.Size, change.Size}, {create.ContentModel, change.ContentModel}, {create.Domain, change.Domain}, {create.MetaID, change.MetaID},
			} {
				if same[0] != same[1] {
					t.Errorf("%v in revision-create, %v in page_change", same[0], same[1])
				}
			}
		})
	}
}

// What is not told of a user is left out, not made up.
func TestToldOnly(t *testing.T) {
	r := sample()
	r.Groups, r.EditCount = nil, 0
	told, err := r.EventAs(Form{Told: true, RequestID: "backfill x"})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(told, []byte(`"performer":{"user_text":"Nina","user_groups":["*","user"],"user_is_bot":false,"user_id":5,"user_registration_dt":"2020-01-02T03:04:05Z"}`)) {
		t.Errorf("told %s", told)
	}
	if !bytes.Contains(told, []byte(`"request_id":"backfill x"`)) {
		t.Errorf("another request: %s", told)
	}
	r.Groups = []string{"bot", "*", "user"}
	if told, err = r.EventAs(Form{Told: true}); err != nil || !bytes.Contains(told, []byte(`"user_groups":["bot","*","user"],"user_is_bot":true`)) {
		t.Errorf("told %s, %v", told, err)
	}
	if made, err := r.Event(); err != nil || !strings.Contains(string(made), `"user_edit_count":0`) {
		t.Errorf("made %s, %v", made, err)
	}
	if Derived(5) || Derived(1<<41) || !Derived(derivedID("page", "enwiki", "A")) {
		t.Error("ids that were made up are not known as such")
	}
}
