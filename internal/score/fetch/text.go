package fetch

import (
	"math"
	"sync"
	"time"

	"revscore/internal/score/wikitext"
)

// Request names the texts wanted.
type Request struct {
	Wiki     string // database name
	Domain   string // of the event, for routes that use it
	RevID    int64
	ParentID int64     // 0: none, the revision created its page
	Time     time.Time // of the event: a young revision may not be replicated yet
}

// Texts are what was asked for. Parent is nil when the request named none.
type Texts struct {
	Revision *Text
	Parent   *Text
}

// Text is the main slot of one revision. It is shared by all who asked for it
// and must not be changed.
type Text struct {
	RevID        int64
	ParentID     int64  // as the wiki says
	ContentModel string // wikitext, wikibase-item, json, …
	Text         string

	once     sync.Once
	document *wikitext.Document
	fetched  time.Time
}

// Document returns the text's tokens. They are made on the first call and then
// shared, so a text that is the revision of one event and the parent of the next
// is cut up once.
func (t *Text) Document() *wikitext.Document {
	t.once.Do(func() { t.document = wikitext.Analyse(t.Text) })
	return t.document
}

// A cached text is weighed when it enters, before it is known whether anybody
// will ask for its Document. So the document is always counted, at what ordinary
// wikitext needs: measured by TestDocumentWeight.
const (
	documentFactor = 5
	textOverhead   = 512
)

func (t *Text) weight() uint32 {
	return uint32(min(textOverhead+(1+documentFactor)*uint64(len(t.Text)), math.MaxUint32))
}
