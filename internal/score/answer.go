package score

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"revscore/internal/event"
	"revscore/internal/score/feature"
	"revscore/internal/score/fetch"
	"revscore/internal/score/model"
)

// typeContent is the error type of a text of another content model than the
// features of a model are defined on.
const typeContent = "UnexpectedContentType"

// answer fills in a score or a failure for every target that has none. known is why
// the texts cannot be had, if that is known; what it returns is the same, where the
// wiki has just said so. Its only error is the context's.
func (p *Pipeline) answer(ctx context.Context, rev *event.Revision, answers []*answer, known string) (gone string, err error) {
	open := slices.DeleteFunc(slices.Clone(answers), func(a *answer) bool { return a.cached })
	if len(open) == 0 {
		return "", nil
	}
	in := Facts(rev)
	if !slices.ContainsFunc(open, needsText) {
		barShadows(open, fetch.Texts{}, errNotFetched)
		return "", p.compute(rev, in, open)
	}
	texts, release, failure, err := p.textsUnlessGone(ctx, rev, known)
	if err != nil {
		return "", err
	}
	defer release()
	if failure != nil && known == "" { // else the wiki would never be asked again
		gone = failure.gone()
	}
	ready := open[:0]
	for _, a := range open {
		if f := obstacle(a.Target.Model, texts, failure); f != nil {
			a.Failure, a.fleeting, a.reason = &f.Failure, f.fleeting, f.reason
		} else {
			ready = append(ready, a)
		}
	}
	barShadows(ready, texts, failure)
	if failure == nil {
		in.Revision = texts.Revision.Text
		if texts.Parent != nil {
			in.Parent = texts.Parent.Text
		}
	}
	return gone, p.compute(rev, in, ready)
}

// needsText tells whether a model asks for texts.
func needsText(a *answer) bool { return a.Target.Model.Content() != "" }

// obstacle says why a model cannot be asked: it wants texts, and there are none
// (missing says why) or its features are not defined on them.
func obstacle(m *model.Model, texts fetch.Texts, missing *failure) *failure {
	if m.Content() == "" {
		return nil
	}
	if missing != nil {
		return missing
	}
	for _, t := range []*fetch.Text{texts.Revision, texts.Parent} {
		if t != nil {
			if f := Misfit(m, t.RevID, t.ContentModel); f != nil {
				return &failure{Failure: *f}
			}
		}
	}
	return nil
}

// Misfit says that a model's features are not defined on a revision of that content
// model, if so.
func Misfit(m *model.Model, revID int64, content string) *event.Failure {
	if m.Content() == "" || content == m.Content() {
		return nil
	}
	return &event.Failure{
		Type:    typeContent,
		Message: fmt.Sprintf("revision %d has content model %q, the model's features are defined on %s", revID, content, m.Content()),
	}
}

// compute asks the engine, and makes the documents that the cache keeps.
func (p *Pipeline) compute(rev *event.Revision, in feature.Input, answers []*answer) error {
	models := make([]*model.Model, len(answers))
	for i, a := range answers {
		models[i] = a.Target.Model
	}
	shadows := shadowsOf(answers)
	results, later := p.Engine.ScoreBeside(rev.RevID, models, shadows, in)
	for i, r := range results {
		a := answers[i]
		a.Score, a.Failure = r.Score, r.Failure
		if a.Score == nil {
			continue
		}
		var err error
		if a.document, err = document(a.Score); err != nil {
			return err
		}
	}
	setShadows(answers, shadows, later)
	return nil
}

// failure is why the texts cannot be had; a fleeting one may be gone on the
// next try, and one with a reason is worth a later attempt.
type failure struct {
	event.Failure
	fleeting bool
	reason   string
}

// gone is the word for the store's negative entry: what the wiki has not, or does not
// show, and will not in the next minutes either. A text that is too large is none of
// it, for that is a matter of this process's settings.
func (f *failure) gone() string {
	if f.fleeting || !isGone(f.Type) {
		return ""
	}
	return f.Type
}

func isGone(word string) bool {
	return word == fetch.RevisionNotFound || word == fetch.TextDeleted || word == fetch.MissingResource
}

// textsUnlessGone fetches the texts, unless it is known why they cannot be had.
func (p *Pipeline) textsUnlessGone(ctx context.Context, rev *event.Revision, known string) (fetch.Texts, func(), *failure, error) {
	if known == "" {
		return p.fetch(ctx, rev)
	}
	return fetch.Texts{}, func() {}, &failure{Failure: event.Failure{
		Type:    known,
		Message: fmt.Sprintf("the text of revision %d of %s, or of its parent, could not be had a short time ago: %s", rev.RevID, rev.Wiki, known),
	}}, nil
}

// fetch gets the texts. The caller releases them when the features are computed:
// how many texts are held at once is bounded. err is the context's.
func (p *Pipeline) fetch(ctx context.Context, rev *event.Revision) (texts fetch.Texts, release func(), f *failure, err error) {
	if release, err = p.slots.take(ctx, rev.Wiki); err != nil {
		return texts, nil, nil, err
	}
	texts, err = p.Texts.Texts(ctx, fetch.Request{
		Wiki: rev.Wiki, Domain: rev.Domain, RevID: rev.RevID, ParentID: rev.ParentID, Time: rev.Time,
	})
	if err != nil {
		if ctx.Err() != nil {
			release()
			return texts, nil, nil, ctx.Err()
		}
		return texts, release, failureOf(err), nil
	}
	return texts, release, nil, nil
}

// failureOf reads the error of the fetch stage. What is not about the revision
// itself (a wiki that is not configured) may be mended, so it is fleeting; not by
// waiting, so it has no reason.
func failureOf(err error) *failure {
	var fe *fetch.Error
	if errors.As(err, &fe) {
		return &failure{event.Failure{Type: fe.Type, Message: err.Error()}, fe.Transient, fe.Code}
	}
	return &failure{event.Failure{Type: typeCaught, Message: err.Error()}, true, ""}
}

// Facts is what the event itself tells features: all but the texts, and nothing
// of the page's and the user's earlier edits.
func Facts(rev *event.Revision) feature.Input {
	in := feature.Input{Timestamp: rev.Time, User: author(rev), Page: feature.Page{Namespace: rev.PageNamespace}}
	if !rev.CommentHidden {
		in.Comment = &rev.Comment
	}
	return in
}

// author says what the event shows of the revision's author.
func author(rev *event.Revision) feature.User {
	a := rev.Author
	if a == nil {
		return feature.User{Hidden: true}
	}
	u := feature.User{Groups: a.Groups, Registration: a.Registration}
	if a.ID != nil {
		u.ID = *a.ID
	}
	return u
}
