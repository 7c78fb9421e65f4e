package corpus

import (
	"bytes"
	"crypto/sha1"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

const (
	// Schema of the events made here.
	Schema = "/mediawiki/revision/create/2.0.0"
	// Stream that a wiki posts them to.
	Stream = "mediawiki.revision-create"
)

// Form says how the event of a revision is made. The zero Form is that of
// [Revision.Event].
type Form struct {
	// Change makes a page_change event rather than a revision-create one.
	Change bool
	// Told leaves out what no file or wiki told of the user, instead of deriving it.
	Told bool
	// RequestID, if set, stands as meta.request_id, which score events repeat.
	RequestID string
}

// sha1Len is the length of a SHA-1 in base 36, which MediaWiki stores padded.
const sha1Len = 31

// eventIDs is the UUID namespace of meta.id and meta.request_id.
var eventIDs = uuid.NewSHA1(uuid.NameSpaceURL, []byte("mediawiki.revision-create"))

// The fields in the order in which EventBus writes them. parsedcomment, the
// comment as HTML, is optional in the schema and left out.
type (
	eventBody struct {
		Schema         string     `json:"$schema"`
		Meta           eventMeta  `json:"meta"`
		Database       string     `json:"database"`
		PageID         int64      `json:"page_id"`
		PageTitle      string     `json:"page_title"`
		PageNamespace  int64      `json:"page_namespace"`
		RevID          int64      `json:"rev_id"`
		RevTimestamp   string     `json:"rev_timestamp"`
		RevSHA1        string     `json:"rev_sha1,omitempty"`
		Minor          bool       `json:"rev_minor_edit"`
		RevLen         *int64     `json:"rev_len,omitempty"`
		ContentModel   string     `json:"rev_content_model"`
		ContentFormat  string     `json:"rev_content_format"`
		Performer      *performer `json:"performer,omitempty"`
		Redirect       bool       `json:"page_is_redirect"`
		Comment        string     `json:"comment,omitempty"`
		ParentID       int64      `json:"rev_parent_id,omitempty"`
		DT             string     `json:"dt"`
		Slots          *slots     `json:"rev_slots,omitempty"`
		ContentChanged *bool      `json:"rev_content_changed,omitempty"`
	}
	eventMeta struct {
		URI       string `json:"uri"`
		RequestID string `json:"request_id"`
		ID        string `json:"id"`
		DT        string `json:"dt"`
		Domain    string `json:"domain"`
		Stream    string `json:"stream"`
	}
	slots struct {
		Main slot `json:"main"`
	}
	slot struct {
		ContentModel string `json:"rev_slot_content_model"`
		SHA1         string `json:"rev_slot_sha1"`
		Size         int64  `json:"rev_slot_size"`
		Origin       *int64 `json:"rev_slot_origin_rev_id,omitempty"`
	}
)

// Event returns the revision as the /mediawiki/revision/create/2.0.0 event that
// EventBus posts. The same revision always gives the same bytes: ids are UUIDv5
// of wiki and revision, and the time of receipt is the time of the edit.
//
// A hidden user has no performer, an anonymous one no user_id, a creation no
// rev_parent_id, an empty comment is absent. Size and digest of a text that is
// neither held nor told are absent, as is rev_content_changed where the parent
// is not held. Groups, edit count and registration, if unknown, are derived
// from the user's name, see derivedPerformer.
func (r *Revision) Event() ([]byte, error) { return r.EventAs(Form{}) }

// EventAs is Event in another form.
func (r *Revision) EventAs(f Form) ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("make event of %s revision %d: %w", r.Wiki, r.RevID, err)
	}
	var body any
	if f.Change {
		body = r.change(f)
	} else {
		body = r.create(f)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return nil, fmt.Errorf("make event of %s revision %d: %w", r.Wiki, r.RevID, err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// meta is the same for both schemas but for the stream.
func (r *Revision) meta(f Form, stream string) eventMeta {
	key := r.Wiki + ":" + strconv.FormatInt(r.RevID, 10)
	if f.RequestID == "" {
		f.RequestID = uuid.NewSHA1(eventIDs, []byte("request:"+key)).String()
	}
	return eventMeta{
		URI:       "https://" + r.Domain + "/wiki/" + escapeTitle(r.key()),
		RequestID: f.RequestID,
		ID:        uuid.NewSHA1(eventIDs, []byte(key)).String(),
		DT:        r.at(), Domain: r.Domain, Stream: stream,
	}
}

// key is the title as MediaWiki's database has it.
func (r *Revision) key() string { return strings.ReplaceAll(r.Title, " ", "_") }

func (r *Revision) at() string { return r.Timestamp.UTC().Format(time.RFC3339) }

func (r *Revision) create(f Form) *eventBody {
	e := &eventBody{
		Schema: Schema, Meta: r.meta(f, Stream),
		Database: r.Wiki, PageID: r.PageID, PageTitle: r.key(), PageNamespace: r.Namespace,
		RevID: r.RevID, RevTimestamp: r.at(), Minor: r.Minor,
		ContentModel: r.ContentModel, ContentFormat: ContentFormat(r.ContentModel),
		Performer: r.performer(f), Redirect: r.Redirect, ParentID: r.ParentID, DT: r.at(),
	}
	if !r.CommentHidden {
		e.Comment = r.Comment
	}
	r.describeText(e)
	return e
}

// describeText adds what the event says about the content.
func (r *Revision) describeText(e *eventBody) {
	digest := r.Digest()
	if r.Text != nil || r.Size > 0 {
		e.RevLen = &r.Size
	}
	if digest == "" {
		return
	}
	// A revision that keeps its parent's content also keeps its slot's origin,
	// which may be far back; the field is left out then.
	origin := &r.RevID
	if r.ParentText != nil {
		changed := SHA1(*r.ParentText) != digest
		e.ContentChanged = &changed
		if !changed {
			origin = nil
		}
	}
	e.RevSHA1 = digest
	e.Slots = &slots{slot{ContentModel: r.ContentModel, SHA1: digest, Size: r.Size, Origin: origin}}
}

// Digest is the SHA-1 of the text as MediaWiki writes it, "" if unknown.
func (r *Revision) Digest() string {
	if r.SHA1 == "" && r.Text != nil {
		return SHA1(*r.Text)
	}
	return r.SHA1
}

// SHA1 is MediaWiki's digest of a text: SHA-1 in base 36, 31 characters.
func SHA1(text string) string {
	sum := sha1.Sum([]byte(text))
	s := new(big.Int).SetBytes(sum[:]).Text(36)
	return strings.Repeat("0", sha1Len-len(s)) + s
}

// escapeTitle is MediaWiki's wfUrlencode: percent-encoding that leaves alone
// what is readable and harmless in a path (includes/GlobalFunctions.php).
func escapeTitle(title string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(title); i++ {
		c := title[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9',
			strings.IndexByte("-_.;@$!*(),/~:", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}
