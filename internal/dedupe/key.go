package dedupe

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

const (
	// markPrefix opens every mark. A score prefix never contains ':', and is
	// never "revscore", so marks and scores cannot meet (Config.Validate).
	markPrefix = "revscore:sent:"

	// maxPart bounds one part of a key. Wikis, models and versions are far
	// shorter; an event's id comes from outside and may be anything.
	maxPart = 128
)

const hexDigits = "0123456789ABCDEF"

// appendMarkKey appends revscore:sent:<stream>:<wiki>:<model>:<rev_id>:<version>.
func appendMarkKey(dst []byte, k *Key) []byte {
	dst = append(dst, markPrefix...)
	dst = append(appendPart(dst, k.Stream), ':')
	return appendSubject(dst, k)
}

// appendScoreKey appends <prefix>:<wiki>:<model>:<rev_id>:<version>, the key of
// ORES (ores/score_caches/redis.py) without its optional digest of injected
// feature values, which this service does not take.
func appendScoreKey(dst []byte, prefix string, k *Key) []byte {
	dst = append(append(dst, prefix...), ':')
	return appendSubject(dst, k)
}

func appendSubject(dst []byte, k *Key) []byte {
	dst = append(appendPart(dst, k.Wiki), ':')
	dst = append(appendPart(dst, k.Model), ':')
	dst = append(strconv.AppendInt(dst, k.RevID, 10), ':')
	return appendPart(dst, k.Version)
}

// appendPart appends s so that it cannot reach beyond its place: ':' (our
// separator), '%' and control characters become %XX. A part over maxPart bytes
// becomes "%#" and its SHA-256; no escape begins that way, so a hash is never
// mistaken for a short part. Two different keys therefore differ as text, up to
// a collision of SHA-256.
func appendPart(dst []byte, s string) []byte {
	if len(s) > maxPart {
		sum := sha256.Sum256([]byte(s))
		return hex.AppendEncode(append(dst, "%#"...), sum[:])
	}
	plain := 0 // s[plain:i] needs no escape and is not yet appended
	for i := range len(s) {
		if c := s[i]; c == ':' || c == '%' || c < 0x20 || c == 0x7f {
			dst = append(dst, s[plain:i]...)
			dst = append(dst, '%', hexDigits[c>>4], hexDigits[c&15])
			plain = i + 1
		}
	}
	return append(dst, s[plain:]...)
}
