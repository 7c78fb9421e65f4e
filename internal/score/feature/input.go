package feature

import (
	"time"

	"revscore/internal/score/wikitext"
)

// Text yields the analysis of a text. An evaluation calls it at most once, and
// only if a feature asks: so it may look into a cache, or analyse there and
// then. It does not return nil.
type Text func() *wikitext.Document

// TextOf returns a Text that analyses a string.
func TextOf(text string) Text {
	return func() *wikitext.Document { return wikitext.Analyse(text) }
}

// User is who saved the revision.
type User struct {
	// Hidden says that the wiki withholds the user. All features of the user
	// then fail with the type UserDeleted.
	Hidden bool

	// ID is 0 for an anonymous user.
	ID int64

	Groups []string

	// Registration is zero if unknown, as it is for users from before 2006.
	Registration time.Time
}

// Input is a revision to compute features of.
type Input struct {
	// Revision is the text. If nil, the wiki withholds it, and all features of
	// it fail with the type TextDeleted.
	Revision Text

	// Parent is the text before. If nil, the revision creates the page: all
	// that features see of a parent is empty.
	Parent Text

	Timestamp time.Time
	User      User
}

// NewInput returns the input for plain texts; parent is nil for a page creation.
func NewInput(text string, parent *string, timestamp time.Time, user User) Input {
	in := Input{Revision: TextOf(text), Timestamp: timestamp, User: user}
	if parent != nil {
		in.Parent = TextOf(*parent)
	}
	return in
}
