// Package models holds the model bundles that ship inside the program, one
// folder each, so that it needs no files to start. See README.md for where each
// comes from.
package models

import "embed"

// FS has a folder for each bundle, named wiki.model; package
// revscore/internal/score/model describes what is in one.
//
//go:embed enwiki.reverted revid
var FS embed.FS
