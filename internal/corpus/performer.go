package corpus

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// performer is who made the edit, as the event lists it.
type performer struct {
	Text         string   `json:"user_text"`
	Groups       []string `json:"user_groups"`
	Bot          bool     `json:"user_is_bot"`
	ID           int64    `json:"user_id,omitempty"`
	Registration string   `json:"user_registration_dt,omitempty"`
	EditCount    *int64   `json:"user_edit_count,omitempty"`
}

// performer returns nil for a hidden user. Every registered user is in the group
// "user", and everybody in "*"; more is not said of one whose groups are not told.
func (r *Revision) performer(f Form) *performer {
	switch {
	case r.UserHidden || r.User == "":
		return nil
	case r.Anonymous:
		return &performer{Text: r.User, Groups: []string{"*"}}
	}
	groups, registered := r.Groups, r.Registration
	edits := &r.EditCount
	switch {
	case f.Told && groups == nil:
		groups = []string{"*", "user"}
		fallthrough
	case f.Told && r.EditCount == 0:
		edits = nil
	case groups == nil:
		edits = new(int64)
		groups, registered, *edits = derivedPerformer(r.User, r.UserID, r.Timestamp)
	}
	p := &performer{
		Text: r.User, ID: r.UserID, EditCount: edits,
		Groups: groups, Bot: slices.Contains(groups, "bot"),
	}
	if !registered.IsZero() {
		p.Registration = registered.UTC().Format(time.RFC3339)
	}
	return p
}

// firstAccount is when the oldest accounts were made: Wikipedia's first day.
var firstAccount = time.Date(2001, 1, 15, 0, 0, 0, 0, time.UTC)

// Since MediaWiki's defaults on Wikimedia, an account is autoconfirmed after
// this many edits and this age.
const (
	confirmedEdits = 10
	confirmedAge   = 4 * 24 * time.Hour
)

// derivedPerformer makes up what no dump tells of a registered user, from the
// name and id alone so that one user stays one person throughout a file.
//
// A name that ends in "bot" is a bot; nobody is a sysop. The edit count is 1 to
// 100,000, evenly over its logarithm. The account was made at a point of the
// twenty years after firstAccount, halved towards it until before the edit.
func derivedPerformer(name string, id int64, at time.Time) (groups []string, registered time.Time, edits int64) {
	h := hash("performer", name, strconv.FormatInt(id, 10))
	edits = int64(math.Pow(10, 5*fraction(h&0xffffffff)))
	age := time.Duration(fraction(h>>32) * float64(20*365*24*time.Hour))
	for age > 0 && !firstAccount.Add(age).Before(at) {
		age /= 2
	}
	registered = firstAccount.Add(age).Truncate(time.Second)
	if !registered.Before(at) {
		registered = time.Time{} // an edit of before there were accounts
	}
	if strings.HasSuffix(strings.ToLower(strings.TrimRight(name, " 0123456789")), "bot") {
		groups = append(groups, "bot")
	}
	groups = append(groups, "*", "user")
	if edits >= confirmedEdits && !registered.IsZero() && at.Sub(registered) >= confirmedAge {
		groups = append(groups, "autoconfirmed")
	}
	return groups, registered, edits
}

// fraction maps 32 bits onto [0, 1).
func fraction(bits uint64) float64 { return float64(bits) / (1 << 32) }
