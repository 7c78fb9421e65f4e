package dedupe

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// A score prefix never contains ':', and is never "revscore", so that scores
// cannot meet the keys of this service alone (Config.Validate).
const (
	ownPrefix    = "revscore:"
	markPrefix   = ownPrefix + "sent:"
	claimPrefix  = ownPrefix + "claim:"
	gonePrefix   = ownPrefix + "gone:"
	modelsPrefix = ownPrefix + "models:"

	// maxPart bounds one part of a key. Wikis, models and versions are far
	// shorter; an event's id comes from outside and may be anything.
	maxPart = 128
)

const hexDigits = "0123456789ABCDEF"

// appendMarkKey appends revscore:sent:{<wiki>:<rev_id>}:<stream>:<model>:<version>.
func appendMarkKey(dst []byte, k *Key) []byte {
	dst = append(appendRevision(append(dst, markPrefix...), k.Wiki, k.RevID), ':')
	dst = append(appendPart(dst, k.Stream), ':')
	dst = append(appendPart(dst, k.Model), ':')
	return appendPart(dst, k.Version)
}

// appendClaimKey appends revscore:claim:{<wiki>:<rev_id>}.
func appendClaimKey(dst []byte, wiki string, rev int64) []byte {
	return appendRevision(append(dst, claimPrefix...), wiki, rev)
}

// appendGoneKey appends revscore:gone:{<wiki>:<rev_id>}.
func appendGoneKey(dst []byte, wiki string, rev int64) []byte {
	return appendRevision(append(dst, gonePrefix...), wiki, rev)
}

// appendRevision appends {<wiki>:<rev_id>}. The braces are a Redis Cluster's hash
// tag: the keys of one revision lie on one node, where one script sees them at
// once and a claim is given back after the marks are there.
func appendRevision(dst []byte, wiki string, rev int64) []byte {
	dst = append(appendPart(append(dst, '{'), wiki), ':')
	return append(strconv.AppendInt(dst, rev, 10), '}')
}

// appendModelsKey appends revscore:models:<wiki>, the set of <model>:<version>
// that have scores.
func appendModelsKey(dst []byte, wiki string) []byte {
	return appendPart(append(dst, modelsPrefix...), wiki)
}

// appendScoreKey appends <prefix>:<wiki>:<model>:<rev_id>:<version>, the key of
// ORES (ores/score_caches/redis.py) without its optional digest of injected
// feature values, which this service does not take. It has no hash tag: the
// layout is ORES's, and nothing needs the scores on the node of the marks.
func appendScoreKey(dst []byte, prefix string, k *Key) []byte {
	dst = append(append(dst, prefix...), ':')
	dst = append(appendPart(dst, k.Wiki), ':')
	dst = append(appendPart(dst, k.Model), ':')
	dst = append(strconv.AppendInt(dst, k.RevID, 10), ':')
	return appendPart(dst, k.Version)
}

// appendPart appends s so that it cannot reach beyond its place: ':' (our
// separator), '%', the braces of hash tags and control characters become %XX. A
// part over maxPart bytes becomes "%#" and its SHA-256; no escape begins that
// way, so a hash is never mistaken for a short part. Two different keys therefore
// differ as text, up to a collision of SHA-256, and nobody outside chooses the
// node of a key.
func appendPart(dst []byte, s string) []byte {
	if len(s) > maxPart {
		sum := sha256.Sum256([]byte(s))
		return hex.AppendEncode(append(dst, "%#"...), sum[:])
	}
	plain := 0 // s[plain:i] needs no escape and is not yet appended
	for i := range len(s) {
		if c := s[i]; c == ':' || c == '%' || c == '{' || c == '}' || c < 0x20 || c == 0x7f {
			dst = append(dst, s[plain:i]...)
			dst = append(dst, '%', hexDigits[c>>4], hexDigits[c&15])
			plain = i + 1
		}
	}
	return append(dst, s[plain:]...)
}
