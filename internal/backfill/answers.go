package backfill

import (
	"context"
	"encoding/hex"
	"errors"
	"math/big"
	"net/url"
	"strings"
	"time"

	"revscore/internal/corpus"
	"revscore/internal/score/fetch"
)

// Asker asks wikis; a fetch.Client is one.
type Asker interface {
	Query(ctx context.Context, wiki, domain string, params url.Values, into any) error
}

// Patiently asks until there is an answer, and tells waiting why there is none yet: a job
// of days outlasts a wiki that is down for an hour.
func Patiently(ask Asker, waiting func(error)) Asker { return patient{ask, waiting} }

type patient struct {
	Asker
	waiting func(error)
}

// pause between two series of tries, each of which takes up to fetch.deadline itself.
const pause = 15 * time.Second

func (p patient) Query(ctx context.Context, wiki, domain string, params url.Values, into any) error {
	for {
		err := p.Asker.Query(ctx, wiki, domain, params, into)
		var transient *fetch.QueryError
		if err == nil || ctx.Err() != nil || !errors.As(err, &transient) || !transient.Transient {
			return err
		}
		p.waiting(err)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// revisionProps are what an event tells of a revision, but for its text.
const revisionProps = "ids|timestamp|flags|user|userid|comment|size|sha1|contentmodel"

// pageAnswer are revisions of one page as the Action API shows them, formatversion 2.
type pageAnswer struct {
	PageID    int64            `json:"pageid"`
	Namespace int64            `json:"ns"`
	Title     string           `json:"title"`
	Revisions []revisionAnswer `json:"revisions"`
}

type revisionAnswer struct {
	RevID         int64     `json:"revid"`
	ParentID      int64     `json:"parentid"`
	Minor         bool      `json:"minor"`
	User          string    `json:"user"`
	UserID        int64     `json:"userid"`
	Anonymous     bool      `json:"anon"`
	UserHidden    bool      `json:"userhidden"`
	Timestamp     time.Time `json:"timestamp"`
	Size          int64     `json:"size"`
	SHA1          string    `json:"sha1"`
	SHA1Hidden    bool      `json:"sha1hidden"`
	Comment       string    `json:"comment"`
	CommentHidden bool      `json:"commenthidden"`
	Slots         struct {
		Main struct {
			ContentModel string `json:"contentmodel"`
		} `json:"main"`
	} `json:"slots"`
}

// revision makes one of an answer. What is flagged as hidden is, even if the answer shows
// it: to an account with the right to see it the API shows flag and name.
func (p *pageAnswer) revision(r *revisionAnswer, wiki, domain string) *corpus.Revision {
	rev := &corpus.Revision{
		Wiki: wiki, Domain: domain, PageID: p.PageID, Title: p.Title, Namespace: p.Namespace,
		RevID: r.RevID, ParentID: r.ParentID, Timestamp: r.Timestamp.UTC(), Minor: r.Minor,
		UserHidden: r.UserHidden || r.User == "", CommentHidden: r.CommentHidden,
		ContentModel: r.Slots.Main.ContentModel, TextHidden: r.SHA1Hidden, Size: r.Size,
	}
	if !rev.UserHidden {
		rev.User, rev.UserID, rev.Anonymous = r.User, r.UserID, r.Anonymous || r.UserID == 0
	}
	if !r.CommentHidden {
		rev.Comment = r.Comment
	}
	if !r.SHA1Hidden {
		rev.SHA1 = base36(r.SHA1)
	}
	return rev
}

// base36 turns a SHA-1 as the API writes it into the form of events; "" if it is none.
func base36(hexadecimal string) string {
	raw, err := hex.DecodeString(hexadecimal)
	if err != nil || len(raw) != 20 {
		return ""
	}
	digits := new(big.Int).SetBytes(raw).Text(36)
	return strings.Repeat("0", 31-len(digits)) + digits
}
