package simwiki

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// people are the registered users of a wiki.
type people struct {
	sysops, regulars, bots []*author
	newcomers              []*author // the latest; older ones left
	lastID                 int64
}

const maxNewcomers = 8

// Names are an adjective and a thing, so that no real person is meant.
var (
	adjectives = []string{"Quiet", "Paper", "Copper", "Early", "Seventh", "Blue", "Winter", "Round", "Hidden", "Slow", "Gentle", "Salted"}
	things     = []string{"Heron", "Lantern", "Kettle", "Thistle", "Bridge", "Pebble", "Orchard", "Ladder", "Comet", "Mitten", "Walnut", "Harbor"}
)

func newPeople(rng *rand.Rand) people {
	var p people
	names := rng.Perm(len(adjectives) * len(things))
	name := func() string {
		n := names[0]
		names = names[1:]
		return adjectives[n%len(adjectives)] + " " + things[n/len(adjectives)]
	}
	add := func(to *[]*author, name string, years, edits int, groups ...string) {
		p.lastID += 1 + rng.Int64N(5000)
		age := time.Duration(1+rng.IntN(years*365)) * 24 * time.Hour
		*to = append(*to, &author{
			name: name, id: p.lastID, explicit: groups, registered: Start.Add(-age),
			edits: int64(edits/2 + rng.IntN(edits)),
		})
	}
	for range 2 {
		add(&p.sysops, name(), 18, 60_000, "sysop")
	}
	for range 10 {
		add(&p.regulars, name(), 15, 8_000)
	}
	for _, bot := range []string{"LedgerBot", "SweepBot", "TidyBot"} {
		add(&p.bots, bot, 12, 400_000, "bot")
	}
	return p
}

// newcomer returns a user of the last days, often one who has edited before.
func (p *people) newcomer(rng *rand.Rand, now time.Time) *author {
	if len(p.newcomers) > 0 && chance(rng, 60) {
		return oneOf(rng, p.newcomers)
	}
	p.lastID += 1 + rng.Int64N(50)
	a := &author{
		name:       fmt.Sprintf("%s%s%d", oneOf(rng, adjectives), strings.ToLower(oneOf(rng, things)), rng.IntN(10_000)),
		id:         p.lastID,
		registered: now.Add(-time.Duration(1+rng.IntN(10*24*60)) * time.Minute),
		edits:      rng.Int64N(12),
	}
	p.newcomers = append(p.newcomers, a)
	if len(p.newcomers) > maxNewcomers {
		p.newcomers = slices.Delete(p.newcomers, 0, 1)
	}
	return a
}

// anonymous returns a visitor with an address that is reserved for examples
// (RFC 5737, RFC 3849), spelt as MediaWiki spells it.
func anonymous(rng *rand.Rand) *author {
	if chance(rng, 30) {
		return &author{anonymous: true, name: fmt.Sprintf("2001:DB8:%X:%X:0:0:0:%X", rng.IntN(1<<16), rng.IntN(1<<16), 1+rng.IntN(1<<16-1))}
	}
	net := oneOf(rng, []string{"192.0.2", "198.51.100", "203.0.113"})
	return &author{anonymous: true, name: fmt.Sprintf("%s.%d", net, 1+rng.IntN(254))}
}

// groups lists the author's groups in the order of EventBus. An account is
// confirmed after four days and ten edits, as MediaWiki's wikis usually set it.
func (a *author) groups(now time.Time) []string {
	all := append(slices.Clone(a.explicit), "*", "user")
	if a.edits >= 10 && now.Sub(a.registered) >= 4*24*time.Hour {
		all = append(all, "autoconfirmed")
	}
	return all
}
