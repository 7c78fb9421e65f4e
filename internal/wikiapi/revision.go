package wikiapi

import (
	"crypto/sha1"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"revscore/internal/corpus"
)

// revisionAnswer is a revision, its fields in MediaWiki's order. Pointers tell
// what was not asked for, or is hidden, from zero.
type (
	revisionAnswer struct {
		RevID         *int64       `json:"revid,omitempty"`
		ParentID      *int64       `json:"parentid,omitempty"`
		Minor         *bool        `json:"minor,omitempty"`
		UserHidden    bool         `json:"userhidden,omitempty"`
		User          *string      `json:"user,omitempty"`
		Anon          bool         `json:"anon,omitempty"`
		UserID        *int64       `json:"userid,omitempty"`
		Timestamp     string       `json:"timestamp,omitempty"`
		Size          *int64       `json:"size,omitempty"`
		SHA1Hidden    bool         `json:"sha1hidden,omitempty"`
		SHA1          string       `json:"sha1,omitempty"`
		Slots         *slotsAnswer `json:"slots,omitempty"`
		CommentHidden bool         `json:"commenthidden,omitempty"`
		Comment       *string      `json:"comment,omitempty"`
		Tags          *[]string    `json:"tags,omitempty"`
		Suppressed    bool         `json:"suppressed,omitempty"`
	}
	slotsAnswer struct {
		Main slotAnswer `json:"main"`
	}
	slotAnswer struct {
		ContentModel  string  `json:"contentmodel"`
		ContentFormat string  `json:"contentformat,omitempty"`
		Content       *string `json:"content,omitempty"`
		TextHidden    bool    `json:"texthidden,omitempty"`
	}
)

// fieldSet are the values of rvprop.
type fieldSet map[string]bool

// answered and others are all values MediaWiki 1.43 knows.
var (
	answered = []string{"ids", "flags", "timestamp", "user", "userid", "size", "sha1", "contentmodel", "comment", "content", "tags"}
	others   = []string{"slotsize", "slotsha1", "parsedcomment", "roles", "parsetree"}
)

// revisionFields reads rvprop. Values nobody knows are returned for the warning.
func revisionFields(param string, given bool) (fields fieldSet, unknown []string, err error) {
	if !given {
		param = "ids|timestamp|flags|comment|user"
	}
	fields = fieldSet{}
	for v := range strings.SplitSeq(param, "|") {
		switch {
		case slices.Contains(answered, v):
			fields[v] = true
		case slices.Contains(others, v):
			return nil, nil, refused("does not answer rvprop=%s", v)
		case v != "":
			unknown = append(unknown, v)
		}
	}
	return fields, unknown, nil
}

// revision shows a revision as an anonymous reader sees it, and says how much it
// counts against the limit of an answer: the values without the keys
// (MediaWiki's includes/api/ApiResult.php, size).
func (f fieldSet) revision(r *corpus.Revision) (a revisionAnswer, size int) {
	if f["ids"] {
		a.RevID, a.ParentID = &r.RevID, &r.ParentID
		size += 20
	}
	if f["flags"] {
		a.Minor = &r.Minor
	}
	a.UserHidden = r.UserHidden && (f["user"] || f["userid"])
	if f["user"] && !r.UserHidden {
		a.User = &r.User
		size += len(r.User)
	}
	if !r.UserHidden && (f["user"] || f["userid"]) {
		a.Anon = r.Anonymous
	}
	if f["userid"] && !r.UserHidden {
		a.UserID = &r.UserID
		size += 10
	}
	if f["timestamp"] {
		a.Timestamp = r.Timestamp.UTC().Format(time.RFC3339)
		size += len(a.Timestamp)
	}
	if f["size"] {
		a.Size = &r.Size
		size += 6
	}
	if f["sha1"] {
		a.SHA1Hidden, a.SHA1 = r.Text == nil, hexDigest(r.Text)
		size += len(a.SHA1)
	}
	size += f.slots(r, &a)
	if f["comment"] && !r.CommentHidden {
		a.Comment = &r.Comment
		size += len(r.Comment)
	}
	a.CommentHidden = f["comment"] && r.CommentHidden
	if f["tags"] {
		a.Tags = &[]string{}
	}
	a.Suppressed = r.Suppressed
	return a, size
}

// slots adds the main slot. Its model comes with the content, asked for or not.
func (f fieldSet) slots(r *corpus.Revision, a *revisionAnswer) (size int) {
	if !f["content"] && !f["contentmodel"] {
		return 0
	}
	slot := slotAnswer{ContentModel: r.ContentModel}
	switch {
	case !f["content"]:
	case r.Text == nil:
		slot.TextHidden = true
	default:
		slot.ContentFormat, slot.Content = corpus.ContentFormat(r.ContentModel), r.Text
		size += len(*r.Text)
	}
	a.Slots = &slotsAnswer{slot}
	return size + len(slot.ContentModel) + len(slot.ContentFormat)
}

// hexDigest is the SHA-1 as the API writes it; hidden texts have none.
func hexDigest(text *string) string {
	if text == nil {
		return ""
	}
	sum := sha1.Sum([]byte(*text))
	return hex.EncodeToString(sum[:])
}
