package feature

import (
	"time"

	"revscore/internal/score/analysis"
)

// Input is a revision to compute features of.
type Input struct {
	// Revision is the text. If nil, the wiki withholds it, and all features of
	// it fail with the type TextDeleted.
	Revision *analysis.Text

	// Parent is the text before. If nil, the revision creates the page: all
	// that features see of a parent is empty.
	Parent *analysis.Text

	// Comment is what the author said of the edit; "" where nothing. If nil, the
	// wiki withholds it, and all features of it fail with the type
	// CommentDeleted.
	Comment *string

	Timestamp time.Time // of the revision; zero if unknown
	User      User
	Page      Page

	// History says that the rest is known, as far as there is any: the zero
	// value then means that there is no parent, no earlier edit and so on, and
	// has the value the reference gives it. Events do not tell, so without it
	// features that ask fail instead of guessing.
	History         bool
	ParentTimestamp time.Time
	ParentUserID    *int64 // nil: no parent; 0: anonymous
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

	// LastEdit is when the user saved a revision before; part of the History.
	LastEdit time.Time
}

// Page is what the revision is a revision of.
type Page struct {
	Namespace int64
	Created   time.Time // part of the History
}
