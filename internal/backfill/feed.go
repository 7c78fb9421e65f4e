package backfill

import (
	"context"
	"fmt"

	"revscore/internal/corpus"
)

// Feed is where revisions come from, one after the other. It belongs to one goroutine but
// for Done.
type Feed interface {
	// Next returns the next item, io.EOF at the end, and any other error when it cannot
	// go on.
	Next(ctx context.Context) (Item, error)
	// Done tells how much was read: a part of 1.
	Done() float64
	Close() error
}

// Item is a revision to be worked on, or why a record is none: one of the two is set.
type Item struct {
	Revision *corpus.Revision
	Left     *Left
	At       Position // behind it
}

// Why a record is left out.
const (
	LeftBroken    = "broken"     // no revision, or no id
	LeftNotFound  = "not_found"  // the wiki has no such revision, or not any more
	LeftNamespace = "namespace"  // of a page in another namespace than those wanted
	LeftWiki      = "other_wiki" // of another wiki than the one wanted
)

// Left is a record that makes no event.
type Left struct {
	Reason string
	Where  string // a revision's id, or a line
	Err    error  // of broken ones
}

func (l *Left) String() string {
	if l.Err != nil {
		return l.Err.Error()
	}
	return l.Where
}

func leftOut(reason string, rev int64) *Left { return &Left{Reason: reason, Where: fmt.Sprint(rev)} }

// wanted leaves out what is not in the namespaces wanted, of which none means all.
func wanted(namespaces []int64, r *corpus.Revision) *Left {
	for _, ns := range namespaces {
		if ns == r.Namespace {
			return nil
		}
	}
	if len(namespaces) == 0 {
		return nil
	}
	return leftOut(LeftNamespace, r.RevID)
}
