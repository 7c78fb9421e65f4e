package main

import (
	"encoding/json"
	"time"
)

// row is a row of features.jsonl.gz: what is scored and what came out.
type row struct {
	Event struct {
		RevID     int64     `json:"rev_id"`
		PageTitle string    `json:"page_title"`
		Namespace int64     `json:"page_namespace"`
		Timestamp time.Time `json:"rev_timestamp"`
		Comment   string    `json:"comment"` // absent if there is none
		Performer struct {
			ID           int64     `json:"user_id"` // absent if anonymous
			Groups       []string  `json:"user_groups"`
			Registration time.Time `json:"user_registration_dt"`
		} `json:"performer"`
	} `json:"event"`
	Text   string `json:"text"`
	Parent *struct {
		Text      string    `json:"text"`
		Timestamp time.Time `json:"timestamp"`
		UserID    int64     `json:"user_id"`
	} `json:"parent"`
	Page struct {
		Created time.Time `json:"creation_timestamp"`
	} `json:"page"`
	User struct {
		LastEdit time.Time `json:"last_revision_timestamp"` // null if there is none
	} `json:"user"`
	Features map[string]json.RawMessage   `json:"features"`
	Lists    map[string][]json.RawMessage `json:"lists"`
}
