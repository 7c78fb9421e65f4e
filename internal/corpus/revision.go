package corpus

import (
	"errors"
	"fmt"
	"hash/fnv"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"
)

// Revision is one version of a page with everything an event and an API answer
// need. It is immutable once a reader returned it; texts are shared, not copied.
type Revision struct {
	Wiki      string // database name, e.g. enwiki
	Domain    string // host of the wiki, e.g. en.wikipedia.org
	PageID    int64
	Title     string // with namespace prefix and with spaces: "User talk:Ann"
	Namespace int64
	Redirect  bool // this revision's text is a redirect

	RevID     int64
	ParentID  int64 // 0: the page's first revision
	Timestamp time.Time
	Minor     bool

	User       string // "" when hidden
	UserID     int64  // 0 when anonymous or hidden
	Anonymous  bool   // an IP address, or a name that was never registered here
	UserHidden bool

	// Groups as EventBus lists them, implicit ones included. nil means unknown:
	// then Groups, Registration and EditCount are all derived for the event.
	Groups       []string
	Registration time.Time // zero: unknown
	EditCount    int64

	Comment       string
	CommentHidden bool

	ContentModel string  // of the main slot
	Text         *string // nil: suppressed, or not in the file
	Size         int64   // bytes of the text; known for some hidden texts too
	SHA1         string  // base 36 as in MediaWiki; "" means compute it from Text
	Suppressed   bool    // hidden from administrators as well

	// TextHidden says that the file withholds the text of this revision. Without it a
	// missing text is one that the file does not hold, as in dumps of stubs.
	TextHidden bool

	// ParentText is nil for a page's first revision and when the parent's text
	// is hidden or not at hand.
	ParentText   *string
	ParentHidden bool   // the file withholds it
	ParentModel  string // content model of the parent, "" if the file does not tell
	// Deleted says that the event was sent but the page is gone since: the API
	// no longer knows the revision.
	Deleted bool
}

// maxID is the largest id that the event schema, thus JavaScript, can hold.
const maxID = 1<<53 - 1

// maxTitle bounds titles. MediaWiki allows 255 bytes after the namespace; more
// would break the schema's limit on meta.uri once percent-encoded.
const maxTitle = 1024

// check tells why the revision cannot be an event. All faults of one record are
// reported, so that whoever made the file mends it once.
func (r *Revision) check() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if r.Wiki == "" {
		fault("wiki is missing")
	}
	if r.Title == "" || len(r.Title) > maxTitle {
		fault("title has %d bytes, must have 1 to %d", len(r.Title), maxTitle)
	}
	if r.PageID < 1 || r.PageID > maxID {
		fault("page id is %d, must be 1 to 2^53-1", r.PageID)
	}
	if r.RevID < 1 || r.RevID > maxID {
		fault("revision id is %d, must be 1 to 2^53-1", r.RevID)
	}
	if r.ParentID < 0 || r.ParentID > maxID {
		fault("parent id is %d, must be 0 to 2^53-1", r.ParentID)
	}
	if r.ParentID == r.RevID {
		fault("revision %d is its own parent", r.RevID)
	}
	if r.UserID < 0 || r.UserID > maxID {
		fault("user id is %d, must be 0 to 2^53-1", r.UserID)
	}
	if y := r.Timestamp.Year(); r.Timestamp.IsZero() || y < 0 || y > 9999 {
		fault("timestamp is missing or not in the years 0 to 9999")
	}
	return errors.Join(errs...)
}

// complete fills what follows from the rest: the normal form of the title, the
// domain, size, content model and redirect.
func (r *Revision) complete() {
	r.Title = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(r.Title, "\uFFFD"), "_", " "))
	if r.Domain == "" {
		r.Domain = Domain(r.Wiki)
	}
	text := ""
	if r.Text != nil {
		text = *r.Text
		r.Size = int64(len(text))
	}
	if r.ContentModel == "" {
		r.ContentModel = inferModel(r.Wiki, r.Title, r.Namespace, text)
	}
	r.Redirect = r.ContentModel == "wikitext" && IsRedirect(text)
}

// author sets the four fields about who wrote the revision. MediaWiki marks as
// anonymous whatever user has id 0, imported names included.
func (r *Revision) author(name string, id *int64, hidden, anonymous bool) {
	switch {
	case hidden || name == "":
		r.UserHidden = true
	case anonymous || id != nil && *id == 0 || id == nil && isAddress(name):
		r.User, r.Anonymous = name, true
	case id == nil:
		r.User, r.UserID = name, derivedID("user", r.Wiki, name)
	default:
		r.User, r.UserID = name, *id
	}
}

// isAddress recognises IP addresses, also those of 2001 whose end was masked,
// as in 64.12.34.xxx.
func isAddress(name string) bool {
	if masked, ok := strings.CutSuffix(name, ".xxx"); ok {
		name = masked + ".0"
	}
	_, err := netip.ParseAddr(name)
	return err == nil
}

// derivedID makes an id for something the file names but does not number. Ids
// above 2^40 cannot clash with those of real pages and users.
func derivedID(parts ...string) int64 { return 1<<40 | int64(hash(parts...)&(1<<40-1)) }

// Derived tells whether an id of a page or user was made up for want of a real one.
func Derived(id int64) bool { return id>>40 == 1 }

func hash(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return h.Sum64()
}

// inferModel is MediaWiki's default content model by title, with those of the
// extensions that Wikimedia runs.
func inferModel(wiki, title string, namespace int64, text string) string {
	if wiki == "wikidatawiki" && strings.HasPrefix(text, "{") {
		switch namespace {
		case 0:
			return "wikibase-item"
		case 120:
			return "wikibase-property"
		case 146:
			return "wikibase-lexeme"
		}
	}
	// Only subpages of users are code; "User:Foo.js" itself is a page.
	code := namespace == 8 || namespace == 2 && strings.Contains(title, "/")
	switch {
	case code && strings.HasSuffix(title, ".css"):
		return "css"
	case code && strings.HasSuffix(title, ".js"):
		return "javascript"
	case code && strings.HasSuffix(title, ".json"):
		return "json"
	case namespace == 10 && strings.HasSuffix(title, ".css"):
		return "sanitized-css"
	case namespace == 828 && !strings.HasSuffix(title, "/doc"):
		return "Scribunto"
	}
	return "wikitext"
}

// contentFormats are the default serialisations of the models; text/x-wiki else.
var contentFormats = map[string]string{
	"css": "text/css", "sanitized-css": "text/css", "javascript": "text/javascript",
	"json": "application/json", "text": "text/plain", "Scribunto": "text/plain",
	"wikibase-item": "application/json", "wikibase-property": "application/json",
	"wikibase-lexeme": "application/json",
}

// ContentFormat returns the format in which MediaWiki serialises a model.
func ContentFormat(model string) string {
	if f, ok := contentFormats[model]; ok {
		return f
	}
	return "text/x-wiki"
}

// redirectWords are the magic words of the larger wikis; every wiki knows
// #REDIRECT besides its own.
var redirectWords = []string{
	"redirect", "weiterleitung", "redirection", "redirección", "redireccion", "redirecionamento", "rinvia",
	"doorverwijzing", "перенаправление", "перенапр", "перенаправлення", "ανακατευθυνση", "تحويل", "הפניה",
	"अनुप्रेषित", "पुनर्प्रेषित", "পুননির্দেশ", "重定向", "転送", "リダイレクト", "넘겨주기", "yönlendirme", "yönlendi̇rme", "đổi",
	"przekieruj", "patrz", "přesměruj", "omdirigering", "ohjaus", "تغییر مسیر",
}

// IsRedirect tells whether wikitext starts with a redirect: a magic word, an
// optional colon and a link.
func IsRedirect(text string) bool {
	head := strings.TrimLeft(text[:min(len(text), 256)], " \t\r\n")
	rest, ok := strings.CutPrefix(head, "#")
	if !ok {
		return false
	}
	word, _, ok := strings.Cut(rest, "[[")
	if !ok || !utf8.ValidString(word) {
		return false
	}
	word = strings.ToLower(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(word), ":")))
	for _, w := range redirectWords {
		if word == w {
			return true
		}
	}
	return false
}
