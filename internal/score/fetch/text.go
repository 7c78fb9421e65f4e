package fetch

import (
	"math"
	"time"

	"revscore/internal/score/analysis"
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
// and must not be changed. What is made of it is kept with it, so a text that is
// the revision of one event and the parent of the next is analysed once.
type Text struct {
	RevID        int64
	PageID       int64 // as the wiki says, as the next
	ParentID     int64
	ContentModel string // wikitext, wikibase-item, json, …
	Text         *analysis.Text

	fetched time.Time
}

// A cached text is weighed when it enters, before it is known what will be made
// of it. So everything is counted, at what ordinary wikitext needs: measured by
// TestTextWeight.
const (
	analysisFactor = 7
	textOverhead   = 512
)

func (t *Text) weight() uint32 {
	return uint32(min(textOverhead+(1+analysisFactor)*uint64(len(t.Text.Source())), math.MaxUint32))
}
