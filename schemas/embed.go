// Package schemas holds the JSON Schemas of what streamer writes. Each is a
// subset of the official schema that its events name: valid there, and stricter
// where consumers may rely on more. Tests hold every event to them; the official
// ones judge the same events in the end-to-end tests.
package schemas

import _ "embed"

// RevisionScore is the schema of events on score streams.
//
//go:embed revision-score.json
var RevisionScore []byte

// DeadLetter is the schema of events on the error stream.
//
//go:embed dead-letter.json
var DeadLetter []byte
