package backfill

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"revscore/internal/corpus"
)

// withUsers adds to a feed's revisions what neither dumps nor lists of revisions tell: the
// groups of users and when they registered, as the wiki has them today. It gathers
// revisions, so that one call asks for the users of many.
type withUsers struct {
	Feed
	ask   Asker
	known facts
	ready []Item
	end   error
}

// Bounds of what is gathered before the users are asked for.
const (
	gatherItems = perCall
	gatherBytes = 8 << 20
)

// WithUsers asks for the users of a feed's revisions.
func WithUsers(f Feed, ask Asker) Feed { return &withUsers{Feed: f, ask: ask} }

func (u *withUsers) Next(ctx context.Context) (Item, error) {
	if len(u.ready) == 0 && u.end == nil {
		if err := u.gather(ctx); err != nil {
			return Item{}, err
		}
	}
	if len(u.ready) == 0 {
		return Item{}, u.end
	}
	item := u.ready[0]
	u.ready = u.ready[1:]
	return item, nil
}

// gather takes items and makes the revisions among them complete. What ends the feed is
// kept for after them.
func (u *withUsers) gather(ctx context.Context) error {
	bytes := 0
	for len(u.ready) < gatherItems && bytes < gatherBytes && u.end == nil {
		item, err := u.Feed.Next(ctx)
		if err != nil {
			u.end = err
			break
		}
		if r := item.Revision; r != nil && r.Text != nil {
			bytes += len(*r.Text)
		}
		u.ready = append(u.ready, item)
	}
	if err := u.askFor(ctx); err != nil {
		return err
	}
	for i, item := range u.ready {
		if item.Revision != nil {
			u.ready[i] = u.complete(item)
		}
	}
	return nil
}

// person names a user of a wiki: by id or, where a file has none, by name.
type person struct {
	wiki string
	id   int64
	name string
}

// registered names the user of a revision whose groups are to be asked for.
func registered(r *corpus.Revision) (p person, ok bool) {
	if r == nil || r.UserHidden || r.Anonymous || r.Groups != nil {
		return p, false
	}
	if corpus.Derived(r.UserID) {
		return person{wiki: r.Wiki, name: r.User}, true
	}
	return person{wiki: r.Wiki, id: r.UserID}, true
}

// askFor makes the calls for users that are not known yet.
func (u *withUsers) askFor(ctx context.Context) error {
	open := map[string][]person{} // by wiki and whether by name
	domains := map[string]string{}
	var order []string
	for _, item := range u.ready {
		p, ok := registered(item.Revision)
		if !ok || u.known.get(p) != nil {
			continue
		}
		key := p.wiki + "\x00" + map[bool]string{true: "id", false: "name"}[p.id != 0]
		if slices.Contains(open[key], p) {
			continue
		}
		if open[key] == nil {
			order, domains[key] = append(order, key), item.Revision.Domain
		}
		open[key] = append(open[key], p)
	}
	for _, key := range order {
		for some := range slices.Chunk(open[key], perCall) {
			if err := u.call(ctx, some, domains[key]); err != nil {
				return err
			}
		}
	}
	return nil
}

// call asks for users of one wiki, all by id or all by name.
func (u *withUsers) call(ctx context.Context, some []person, domain string) error {
	q := url.Values{"list": {"users"}, "usprop": {"groups|registration"}}
	if some[0].id != 0 {
		ids := make([]int64, len(some))
		for i, p := range some {
			ids[i] = p.id
		}
		q.Set("ususerids", join(ids))
	} else {
		names := make([]string, len(some))
		for i, p := range some {
			names[i] = p.name
		}
		// A name cannot hold "|" on any wiki; the other separator is for files that lie.
		q.Set("ususers", "\x1f"+strings.Join(names, "\x1f"))
	}
	var a struct {
		Query struct {
			Users []struct {
				ID           int64      `json:"userid"`
				Name         string     `json:"name"`
				Groups       []string   `json:"groups"`
				Registration *time.Time `json:"registration"`
				Missing      bool       `json:"missing"`
				Invalid      bool       `json:"invalid"`
			} `json:"users"`
		} `json:"query"`
	}
	if err := u.ask.Query(ctx, some[0].wiki, domain, q, &a); err != nil {
		return err
	}
	for _, p := range some {
		u.known.put(p, &fact{}) // nothing is known of whom the answer does not tell
	}
	for _, user := range a.Query.Users {
		if user.Missing || user.Invalid {
			continue
		}
		f := &fact{id: user.ID, groups: user.Groups}
		if f.groups == nil {
			f.groups = []string{"*", "user"}
		}
		if user.Registration != nil {
			f.registration = user.Registration.UTC()
		}
		p := person{wiki: some[0].wiki, id: user.ID}
		if some[0].id == 0 {
			p = person{wiki: some[0].wiki, name: user.Name}
		}
		u.known.put(p, f)
	}
	return nil
}

// complete adds to an item's revision, which others may share.
func (u *withUsers) complete(item Item) Item {
	p, ok := registered(item.Revision)
	if !ok {
		return item
	}
	f := u.known.get(p)
	if f == nil || f.groups == nil {
		return item
	}
	own := *item.Revision
	own.Groups, own.Registration = f.groups, f.registration
	if p.id == 0 {
		own.UserID = f.id
	}
	item.Revision = &own
	return item
}

// fact is what a wiki tells of a user; groups are nil if it knows none of that name.
type fact struct {
	id           int64
	groups       []string
	registration time.Time
}

// facts keep what was asked lately, in two generations: when the young one is full the old
// one is forgotten. The zero value is empty.
type facts struct{ young, old map[person]*fact }

// keptFacts bounds a generation; a fact is some 300 bytes.
const keptFacts = 20_000

func (f *facts) get(p person) *fact {
	if found := f.young[p]; found != nil {
		return found
	}
	found := f.old[p]
	if found != nil {
		f.put(p, found)
	}
	return found
}

func (f *facts) put(p person, what *fact) {
	if f.young == nil || len(f.young) >= keptFacts {
		f.young, f.old = make(map[person]*fact), f.young
	}
	f.young[p] = what
}
