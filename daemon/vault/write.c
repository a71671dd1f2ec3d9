/*
 * write.c - a change of this device: stamped, cut, and shown at once.
 *
 * The view learns of it from the same plaintext that a block carries, so what
 * is listed here is what every other device will list. Rotates first where
 * the roster asks for it (control.c).
 */
#include "daemon/vault/inside.h"

#include "daemon/vault/change.h"
#include "daemon/vault/settings.h"
#include "proto/base/mem.h"
#include "proto/crypto/kdf.h"
#include "proto/entry.h"
#include "proto/mp.h"

void write_note(struct vault *vault, const struct id16 *id,
		const struct row *before, const struct row *after)
{
	size_t cap = vault->change_cap == 0 ? 16 : vault->change_cap * 2;
	struct journal_change *grown, *change;

	if (entry_kind_is_hidden(after->kind) || id16_equal(id, &settings_id)) {
		vault->settings_changed = true;
		return;
	}
	if (vault->change_next == vault->change_count) {
		vault->change_next = 0;
		vault->change_count = 0;
	}
	/* Nothing is lost but the news of it; whoever watches hears of a gap
	 * and looks again. */
	if (vault->change_count == VAULT_CHANGES_MAX) {
		vault->changes_lost++;
		return;
	}
	if (vault->change_count == vault->change_cap) {
		grown = mem_realloc(vault->changes, cap, sizeof *grown);
		if (grown == NULL) {
			vault->changes_lost++;
			return;
		}
		vault->changes = grown;
		vault->change_cap = cap;
	}
	change = &vault->changes[vault->change_count++];
	*change = (struct journal_change){
		.id = *id,
		.what = JOURNAL_CHANGED,
		.conflict = (after->flags & ROW_CONFLICT) != 0,
	};
	if ((after->flags & (ROW_DELETED | ROW_VOID)) != 0)
		change->what = JOURNAL_HIDDEN;
	else if (before == NULL ||
		 (before->flags & (ROW_DELETED | ROW_VOID)) != 0)
		change->what = JOURNAL_NEW;
}

int journal_take_change(struct vault *vault, struct journal_change *out)
{
	if (!vault->is_unlocked || vault->change_next == vault->change_count)
		return ERR_NOT_FOUND;
	*out = vault->changes[vault->change_next++];
	return 0;
}

uint64_t journal_lost_changes(struct vault *vault)
{
	uint64_t lost = vault->changes_lost;

	vault->changes_lost = 0;
	return lost;
}

/* A fresh entry in one block: its row without a merge. */
static int show_new(struct vault *vault, const struct change *change,
		    const struct dot *dot, struct err *err)
{
	const struct logbook_log *log =
		logbook_find_lid(&vault->logs, &dot->lid);
	struct row row = { .id = change->entry,
			   .blocks = 1,
			   .log_no = log == NULL ? 0 : log->log.no,
			   .seq = dot->seq };
	struct view_put put = { .row = &row, .text_changed = true };
	uint32_t index;
	int code;

	buf_clear(&vault->text);
	if (!change_describe(change, &row, &vault->text) ||
	    vault->text.failed != 0)
		return absorb_mark(vault, &change->entry);
	code = view_put(&vault->view, &put, &index);
	if (code == 0)
		code = view_set_text(&vault->view, index,
				     buf_bytes(&vault->text));
	if (code != 0)
		return vault_fail(err, code);
	segments_touch(&vault->segments, index);
	write_note(vault, &change->entry, NULL, &row);
	gather_note_new(&vault->cache, change, dot);
	return 0;
}

/* The log is covered as far as we cut it, if it was up to date before. */
static void cover_own(struct vault *vault, uint64_t before,
		      const struct dot *dot)
{
	struct logbook_log *log = logbook_find_lid(&vault->logs, &dot->lid);

	if (log != NULL && log->covered == before)
		log->covered = dot->seq;
	segments_count(&vault->segments, dot->seq - before);
}

static int show_change(struct vault *vault, const struct write_change *change,
		       uint64_t stamp, uint64_t before, const struct dot *dot,
		       struct err *err)
{
	struct change shown = { .stamp = stamp,
				.entry = change->entry,
				.kind = change->kind,
				.ops = change->ops };
	bool is_quiet = vault->absorb.is_quiet;
	int code;

	cover_own(vault, before, dot);
	if (change->is_new && dot->seq == before + 1)
		return show_new(vault, &shown, dot, err);
	code = absorb_mark(vault, &change->entry);
	if (code != 0)
		return vault_fail(err, code);
	/* What is marked last is folded first, also while the view is being
	 * built: what was just written is news. */
	vault->absorb.is_quiet = false;
	code = absorb_dirty(vault, 1, err);
	vault->absorb.is_quiet = is_quiet;
	return code;
}

/* Fields ascend on the wire; there are few. */
static void sort_edits(struct merge_edit *edits, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct merge_edit edit = edits[i];
		size_t at = i;

		for (; at > 0 && edits[at - 1].number > edit.number; at--)
			edits[at] = edits[at - 1];
		edits[at] = edit;
	}
}

int write_put_ops(const struct write_ops *wanted, struct buf *ops,
		  size_t *pairs, struct err *err)
{
	struct merge_edit edits[MERGE_FIELDS_MAX];
	struct buf body;
	int code = 0;

	*pairs = 0;
	if (wanted->edit_count > MERGE_FIELDS_MAX)
		return vault_fail(err, ERR_LIMIT);
	buf_init(&body, LIMIT_GROUP_BYTES);
	if (wanted->edit_count > 0)
		memcpy(edits, wanted->edits,
		       wanted->edit_count * sizeof edits[0]);
	sort_edits(edits, wanted->edit_count);
	if (wanted->life != 0) {
		code = merge_write_life(wanted->state, wanted->life > 0, &body);
		*pairs = 1;
	}
	for (size_t i = 0; code == 0 && i < wanted->edit_count; i++) {
		bool changed = false;

		code = merge_write(wanted->state, &edits[i], &body, &changed);
		*pairs += changed;
	}
	if (code == 0) {
		mp_put_map(ops, *pairs);
		mp_put_raw(ops, buf_bytes(&body));
		code = ops->failed;
	}
	buf_release(&body);
	return code == 0 ? 0 : vault_fail(err, code);
}

int write_change(struct vault *vault, const struct roster *roster,
		 const struct write_change *change, struct vault_time time,
		 struct err *err)
{
	struct cut_under under;
	struct id16 etag;
	struct cut_change cut = { .entry = &change->entry,
				  .etag = &etag,
				  .kind = change->kind,
				  .ops = change->ops,
				  .undoes = change->undoes };
	uint64_t before = vault->cut.heads[LOG_DATA].seq;
	struct dot dot;
	int code = control_under(vault, roster, &under, err);

	if (code != 0)
		return code;
	kdf_etag(&vault->ring.journal, &change->entry, &etag);
	hlc_seen(&vault->clock, change->seen, time.wall_ms,
		 LIMIT_CLOCK_DRAG_MS);
	cut.stamp = hlc_next(&vault->clock, time.wall_ms);
	code = cut_data(&vault->cut, &under, &cut, &dot);
	if (code == ERR_LIMIT)
		return err_set(err, code,
			       "That is more than kept takes in one piece (4 "
			       "MiB). Nothing was changed.");
	if (code != 0)
		return vault_fail(err, code);
	vault->has_written = true;
	if (!change->is_new)
		gather_forget(&vault->cache, &change->entry);
	return show_change(vault, change, cut.stamp, before, &dot, err);
}
