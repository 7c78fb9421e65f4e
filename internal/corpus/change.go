package corpus

import "slices"

// What page_change events say of themselves.
const (
	ChangeSchema = "/mediawiki/page/change/1.2.0"
	ChangeStream = "mediawiki.page_change.v1"
)

// The fields of a page_change in the order in which EventBus writes them. What the
// revision replaced (prior_state) is optional in the schema and left out.
type (
	changeBody struct {
		Changelog string         `json:"changelog_kind"`
		Kind      string         `json:"page_change_kind"`
		DT        string         `json:"dt"`
		Wiki      string         `json:"wiki_id"`
		Page      changePage     `json:"page"`
		Performer *changeUser    `json:"performer,omitempty"`
		Revision  changeRevision `json:"revision"`
		Schema    string         `json:"$schema"`
		Meta      eventMeta      `json:"meta"`
	}
	changePage struct {
		ID        int64  `json:"page_id"`
		Title     string `json:"page_title"`
		Namespace int64  `json:"namespace_id"`
		Redirect  bool   `json:"is_redirect"`
	}
	changeUser struct {
		Text         string   `json:"user_text"`
		Groups       []string `json:"groups"`
		Bot          bool     `json:"is_bot"`
		ID           int64    `json:"user_id,omitempty"`
		Registration string   `json:"registration_dt,omitempty"`
		EditCount    *int64   `json:"edit_count,omitempty"`
	}
	changeRevision struct {
		ID             int64                    `json:"rev_id"`
		DT             string                   `json:"rev_dt"`
		Minor          bool                     `json:"is_minor_edit"`
		SHA1           string                   `json:"rev_sha1,omitempty"`
		Size           *int64                   `json:"rev_size,omitempty"`
		Parent         int64                    `json:"rev_parent_id,omitempty"`
		Comment        string                   `json:"comment,omitempty"`
		Editor         *changeUser              `json:"editor,omitempty"`
		ContentVisible bool                     `json:"is_content_visible"`
		EditorVisible  bool                     `json:"is_editor_visible"`
		CommentVisible bool                     `json:"is_comment_visible"`
		Slots          map[string]changeContent `json:"content_slots"`
	}
	changeContent struct {
		Role   string `json:"slot_role"`
		Model  string `json:"content_model"`
		SHA1   string `json:"content_sha1,omitempty"`
		Size   *int64 `json:"content_size,omitempty"`
		Format string `json:"content_format"`
	}
)

// change is the revision as a page_change. Unlike revision-create it tells a hidden
// comment from none.
func (r *Revision) change(f Form) *changeBody {
	e := &changeBody{
		Changelog: "update", Kind: "edit", DT: r.at(), Wiki: r.Wiki,
		Page:      changePage{r.PageID, r.key(), r.Namespace, r.Redirect},
		Performer: r.changeUser(f),
		Revision: changeRevision{
			ID: r.RevID, DT: r.at(), Minor: r.Minor, SHA1: r.Digest(), Parent: r.ParentID,
			ContentVisible: !r.TextHidden, EditorVisible: !r.UserHidden, CommentVisible: !r.CommentHidden,
		},
		Schema: ChangeSchema, Meta: r.meta(f, ChangeStream),
	}
	if r.ParentID == 0 {
		e.Changelog, e.Kind = "insert", "create"
	}
	if !r.CommentHidden {
		e.Revision.Comment = r.Comment
	}
	if r.Text != nil || r.Size > 0 {
		e.Revision.Size = &r.Size
	}
	e.Revision.Editor = e.Performer
	e.Revision.Slots = map[string]changeContent{"main": {
		Role: "main", Model: r.ContentModel, SHA1: e.Revision.SHA1, Size: e.Revision.Size, Format: ContentFormat(r.ContentModel),
	}}
	return e
}

func (r *Revision) changeUser(f Form) *changeUser {
	p := r.performer(f)
	if p == nil {
		return nil
	}
	return &changeUser{
		Text: p.Text, Groups: slices.Clone(p.Groups), Bot: p.Bot, ID: p.ID, Registration: p.Registration, EditCount: p.EditCount,
	}
}
