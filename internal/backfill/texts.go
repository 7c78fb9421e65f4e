package backfill

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/semaphore"

	"revscore/internal/corpus"
	"revscore/internal/score"
	"revscore/internal/score/analysis"
	"revscore/internal/score/fetch"
)

// heldBytes bounds the texts in flight. What the engine makes of a text takes some seven
// times its length, of those few that it works on.
const heldBytes = 16 << 20

// Texts gives the pipeline the texts of a dump for as long as their events are in flight.
// It is safe for concurrent use.
type Texts struct {
	next score.Texts // for what the dump does not hold; nil: nobody is asked
	max  int64       // bytes of a text that is scored
	room *semaphore.Weighted

	mu   sync.Mutex         // guards what follows
	open map[int64]revision // by the number of the record
	held map[revision]*held
	made map[*string]*made // by the dump's copy, which a revision and its child share
}

type revision struct {
	wiki string
	id   int64
}

// held are the texts of one revision, for all events in flight that name it.
type held struct {
	rev         *corpus.Revision
	own, parent *analysis.Text
	users       int
	bytes       int64
}

// made is what a text was made into, for all that hold it.
type made struct {
	text  *analysis.Text
	users int
}

// NewTexts asks next for what a dump does not hold, if next is not nil.
func NewTexts(next score.Texts, maxTextBytes int64) *Texts {
	return &Texts{
		next: next, max: maxTextBytes, room: semaphore.NewWeighted(heldBytes),
		open: map[int64]revision{}, held: map[revision]*held{}, made: map[*string]*made{},
	}
}

// hold keeps a revision's texts until drop is called with the number of its record, and
// waits while there is no room for them.
func (t *Texts) hold(ctx context.Context, record int64, r *corpus.Revision) error {
	n := int64(0)
	for _, text := range []*string{r.Text, r.ParentText} {
		if text != nil {
			n += int64(len(*text))
		}
	}
	n = min(n, heldBytes) // one that is larger has all the room to itself
	if err := t.room.Acquire(ctx, n); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	key := revision{r.Wiki, r.RevID}
	t.open[record] = key
	if h := t.held[key]; h != nil { // the file has it twice
		h.users++
		h.bytes += n
		return nil
	}
	t.held[key] = &held{rev: r, own: t.keep(r.Text), parent: t.keep(r.ParentText), users: 1, bytes: n}
	return nil
}

// keep counts a user of a text. The caller holds mu.
func (t *Texts) keep(text *string) *analysis.Text {
	if text == nil {
		return nil
	}
	m := t.made[text]
	if m == nil {
		m = &made{text: analysis.NewText(*text)}
		t.made[text] = m
	}
	m.users++
	return m.text
}

func (t *Texts) drop(record int64) {
	t.mu.Lock()
	key := t.open[record]
	delete(t.open, record)
	h := t.held[key]
	h.users--
	if h.users > 0 {
		t.mu.Unlock()
		return
	}
	delete(t.held, key)
	for _, text := range []*string{h.rev.Text, h.rev.ParentText} {
		if text == nil {
			continue
		}
		if m := t.made[text]; m.users > 1 {
			m.users--
		} else {
			delete(t.made, text)
		}
	}
	t.mu.Unlock()
	t.room.Release(h.bytes)
}

// Texts implements score.Texts. Of what the dump withholds it says that it is deleted.
func (t *Texts) Texts(ctx context.Context, r fetch.Request) (fetch.Texts, error) {
	t.mu.Lock()
	h := t.held[revision{r.Wiki, r.RevID}]
	t.mu.Unlock()
	if h == nil || h.own == nil && !h.rev.TextHidden {
		return t.ask(ctx, r)
	}
	own, err := t.text(r.Wiki, r.RevID, h.rev.ContentModel, h.own, h.rev.TextHidden)
	if err != nil || r.ParentID == 0 {
		return fetch.Texts{Revision: own}, err
	}
	own.ParentID = r.ParentID
	if h.parent == nil && !h.rev.ParentHidden {
		got, err := t.ask(ctx, fetch.Request{Wiki: r.Wiki, Domain: r.Domain, RevID: r.ParentID, Time: r.Time})
		return fetch.Texts{Revision: own, Parent: got.Revision}, err
	}
	model := h.rev.ParentModel
	if model == "" {
		model = h.rev.ContentModel // the file does not tell; a page seldom changes it
	}
	parent, err := t.text(r.Wiki, r.ParentID, model, h.parent, h.rev.ParentHidden)
	return fetch.Texts{Revision: own, Parent: parent}, err
}

var (
	errHidden  = errors.New("the dump withholds the text")
	errNotHeld = errors.New("the dump does not hold the text, and no wiki is asked")
)

func (t *Texts) text(wiki string, rev int64, model string, text *analysis.Text, hidden bool) (*fetch.Text, error) {
	switch {
	case hidden:
		return nil, &fetch.Error{Type: fetch.TextDeleted, Wiki: wiki, RevID: rev, Err: errHidden}
	case int64(len(text.Source())) > t.max:
		return nil, &fetch.Error{
			Type: fetch.TextTooLarge, Wiki: wiki, RevID: rev,
			Err: fmt.Errorf("the text has %d bytes, fetch.max_text_bytes is %d", len(text.Source()), t.max),
		}
	}
	return &fetch.Text{RevID: rev, ContentModel: model, Text: text}, nil
}

// ask asks the wiki. Where none is to be asked, another run may do it: nothing is marked.
func (t *Texts) ask(ctx context.Context, r fetch.Request) (fetch.Texts, error) {
	if t.next != nil {
		return t.next.Texts(ctx, r)
	}
	return fetch.Texts{}, &fetch.Error{Type: fetch.CaughtDependencyError, Wiki: r.Wiki, RevID: r.RevID, Transient: true, Err: errNotHeld}
}
