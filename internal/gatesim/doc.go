// Package gatesim stands in for EventGate inside the process, so that tests, the
// demo and end-to-end runs post events as in production: EventGate itself is in
// no package registry.
//
// [Server] answers POST /v1/events as EventGate 1.8.4 does with its default
// factory: it validates by the JSON Schemas of a folder (draft 7, in YAML, named
// by their $schema URI) and answers 201, 202, 207, 400 and 500 with the same
// headers and bodies, to the byte where they are stable; a parity test compares
// them with recorded ones. It remembers what it accepted, so that a test can ask
// for every meta.id, how often and in which order it came.
//
// Guarantees. Safe for concurrent use. Memory is bounded: what was accepted first
// is forgotten first. Faults are drawn from a seed, an event's meta.id and the
// number of the try, not from the order in which requests happen to arrive: the
// same events meet the same faults however they are interleaved.
//
// Limits. net/http cannot send EventGate's sentences in the status line, nor
// chunked empty bodies. Of several errors in one event the first by a fixed order
// is told, not always the one that AJV finds first. Bodies that are not JSON get
// V8's words only for the commonest mistakes. Keys that look like numbers keep
// their place, which in JavaScript they would not.
package gatesim
