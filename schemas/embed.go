// Package schemas holds the schemas of what streamer writes. Each JSON Schema is a
// subset of the official schema that its events name: valid there, and stricter
// where consumers may rely on more. Tests hold every event to them; the official
// ones judge the same events in the end-to-end tests.
package schemas

import _ "embed"

// RevisionScore is the schema of events on score streams.
//
//go:embed revision-score.json
var RevisionScore []byte

// CombinedScore is the schema of events on combined streams, which have the answers
// of all models.
//
//go:embed revision-score-combined.json
var CombinedScore []byte

// DeadLetter is the schema of events on the error stream.
//
//go:embed dead-letter.json
var DeadLetter []byte

// PredictionClassificationChange is the schema of events on streams of classified
// pages.
//
//go:embed prediction-classification-change.json
var PredictionClassificationChange []byte

// What streamer writes as Avro. Each is a whole schema of one official JSON
// Schema, not of a subset: a record type has every field that the official one
// lists, optional ones as unions with null, so that any valid event fits.
var (
	//go:embed revision-score.avsc
	RevisionScoreAvro string
	//go:embed error.avsc
	ErrorAvro string
	//go:embed prediction-classification-change.avsc
	PredictionClassificationChangeAvro string
)
