package dedupe

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"
)

// Claim is the right to work on a revision, or the want of it. It is a courtesy
// that saves work and doubled events, and no lock: it may expire under its
// holder, and without Redis there is none.
type Claim struct {
	wiki    string
	rev     int64
	seq     uint64 // names the claim among those of its store; 0: not granted
	settled atomic.Bool
	// spoilt: the claim was lost, or the revision was forgotten meanwhile, so
	// that scores computed under it are not kept.
	spoilt atomic.Bool

	// Of the keeper's ring, under its mutex.
	prev, next *Claim
	renewed    time.Time
}

// Granted reports whether the claim was granted.
func (c *Claim) Granted() bool { return c != nil && c.seq != 0 }

// settle reports whether the caller is the one to give the claim back.
func (c *Claim) settle() bool { return c.Granted() && c.settled.CompareAndSwap(false, true) }

// owner names the claims of one store, among those of all processes. The first half
// of the name is of the member, the second of this life of it: a process that was
// killed and is back must not wait for the claims that it left behind.
type owner struct {
	name [16]byte // hex
	last atomic.Uint64
}

// newOwner names a member's life; a member without a name is as random as its life.
func newOwner(member string) *owner {
	o, name := new(owner), make([]byte, 8)
	_, _ = rand.Read(name) // never fails
	if member != "" {
		sum := sha256.Sum256([]byte(member))
		copy(name[:4], sum[:])
	}
	hex.Encode(o.name[:], name)
	return o
}

// claim makes the claim that is to be asked for.
func (o *owner) claim(k *Key) *Claim {
	return &Claim{wiki: k.Wiki, rev: k.RevID, seq: o.last.Add(1)}
}

// appendToken appends what stands under the key of a granted claim.
func (o *owner) appendToken(dst []byte, c *Claim) []byte {
	dst = append(append(dst, o.name[:]...), '-')
	return strconv.AppendUint(dst, c.seq, 16)
}

// spoiltPrefix stands before the token of a claim whose revision was forgotten:
// its holder still has the revision, and may not keep the scores.
const spoiltPrefix = "!"

// maxBegin bounds the keys of one Begin: Lua hands on about 8000 values at most.
const maxBegin = 4096

var errTwoRevisions = errors.New("the keys are not of one revision")

// oneRevision checks what Begin was given; anything else is the caller's bug.
func oneRevision(keys []Key) error {
	if len(keys) > maxBegin {
		return fmt.Errorf("begin with %d keys: at most %d can be asked for at once", len(keys), maxBegin)
	}
	for i := range keys {
		if keys[i].RevID != keys[0].RevID || keys[i].Wiki != keys[0].Wiki {
			return fmt.Errorf("begin with %d keys: %w", len(keys), errTwoRevisions)
		}
	}
	return nil
}

// maxGone bounds the word that says why a revision is gone.
const maxGone = 64

// validGone reports whether s can say why a revision is gone: an identifier,
// for it may come from whoever writes to Redis and goes into events.
func validGone(s string) bool {
	if s == "" || len(s) > maxGone {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
