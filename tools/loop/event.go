package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/google/uuid"
)

// input is what of a revision-create event goes into a score event.
type input struct {
	Meta          meta       `json:"meta"`
	Database      string     `json:"database"`
	PageID        int64      `json:"page_id"`
	PageTitle     string     `json:"page_title"`
	PageNamespace int64      `json:"page_namespace"`
	PageRedirect  bool       `json:"page_is_redirect"`
	Performer     *performer `json:"performer"`
	RevID         int64      `json:"rev_id"`
	ParentID      int64      `json:"rev_parent_id"`
	Timestamp     string     `json:"rev_timestamp"`
}

// output is a score event as the product writes it, by struct tags.
type output struct {
	Schema        string           `json:"$schema"`
	Meta          meta             `json:"meta"`
	DT            string           `json:"dt"`
	Database      string           `json:"database"`
	PageID        int64            `json:"page_id"`
	PageTitle     string           `json:"page_title"`
	PageNamespace int64            `json:"page_namespace"`
	PageRedirect  bool             `json:"page_is_redirect"`
	Performer     *performer       `json:"performer,omitempty"`
	RevID         int64            `json:"rev_id"`
	ParentID      int64            `json:"rev_parent_id,omitempty"`
	Timestamp     string           `json:"rev_timestamp"`
	Scores        map[string]score `json:"scores"`
}

type meta struct {
	Stream    string `json:"stream"`
	ID        string `json:"id"`
	DT        string `json:"dt"`
	RequestID string `json:"request_id"`
	URI       string `json:"uri"`
	Domain    string `json:"domain"`
}

type performer struct {
	Text           string   `json:"user_text"`
	ID             *int64   `json:"user_id,omitempty"`
	EditCount      *int64   `json:"user_edit_count,omitempty"`
	Groups         []string `json:"user_groups,omitempty"`
	IsBot          *bool    `json:"user_is_bot,omitempty"`
	RegistrationDT string   `json:"user_registration_dt,omitempty"`
}

type score struct {
	Name        string             `json:"model_name"`
	Version     string             `json:"model_version"`
	Prediction  []string           `json:"prediction"`
	Probability map[string]float64 `json:"probability"`
}

// codec is one JSON library.
type codec struct {
	unmarshal func([]byte, any) error
	marshal   func(any) ([]byte, error)
}

// codecs: the standard library is what most would take; v2 is what the product
// decodes with.
var codecs = map[string]codec{
	"std": {json.Unmarshal, json.Marshal},
	"v2": {
		func(b []byte, v any) error { return jsonv2.Unmarshal(b, v) },
		func(v any) ([]byte, error) { return jsonv2.Marshal(v) },
	},
}

const model, version = "revid", "0.0.1"

var space = uuid.NewSHA1(uuid.NameSpaceDNS, []byte("loop"))

// key is what Redis remembers of an event.
func (e *input) key() string {
	return "loop:" + e.Database + ":" + strconv.FormatInt(e.RevID, 10) + ":" + model + ":" + version
}

// answer is the score event that the product would write.
func (e *input) answer(stream, key string, now time.Time) *output {
	p := probability(e.RevID)
	m := e.Meta
	m.Stream, m.ID, m.DT = stream, uuid.NewSHA1(space, []byte(key)).String(), now.UTC().Format(time.RFC3339Nano)
	return &output{
		Schema: "/mediawiki/revision/score/3.0.0", Meta: m, DT: e.Timestamp,
		Database: e.Database, PageID: e.PageID, PageTitle: e.PageTitle, PageNamespace: e.PageNamespace,
		PageRedirect: e.PageRedirect, Performer: e.Performer, RevID: e.RevID, ParentID: e.ParentID, Timestamp: e.Timestamp,
		Scores: map[string]score{model: {
			Name: model, Version: version, Prediction: []string{strconv.FormatBool(p > 0.5)},
			Probability: map[string]float64{"true": p, "false": 1 - p},
		}},
	}
}

// probability is that of ORES's test model: the last two digits, reversed.
func probability(rev int64) float64 { return float64(rev%10*10+rev/10%10) / 100 }

func (c codec) decode(value []byte) (*input, error) {
	e := new(input)
	if err := c.unmarshal(value, e); err != nil {
		return nil, fmt.Errorf("decode event: %w", err)
	}
	return e, nil
}
