/*
 * diffcompare.c - the fewest tokens to take out and put in.
 *
 * Myers' greedy comparison from both ends (1986), which needs room for one
 * row only: where the two ways meet, the box is cut in two. Boxes wait on a
 * list, so nothing calls itself. Past DIFF_EDITS_MAX from either end a box is
 * given up and replaced whole: it must never take longer than that many times
 * its tokens. Next: textdiff.c.
 */
#include "crdt/text/difftokens.h"

#define DIFF_EDITS_MAX 1000

/* Tokens [from, to) of each side. */
struct diff_box {
	uint32_t old_from, old_to;
	uint32_t new_from, new_to;
};

struct diff_work {
	struct text_memory *memory;
	struct diff_side *before;
	struct diff_side *after;
	struct diff_box *boxes; /* Owns */
	uint32_t box_count;
	uint32_t box_cap;
	int32_t *rows; /* Owns: two of DIFF_ROW */
	uint32_t row_cap;
};

#define DIFF_ROW (2 * DIFF_EDITS_MAX + 3)
#define DIFF_NOWHERE (-(1 << 30))

static bool diff_same(const struct diff_work *work, uint32_t old, uint32_t new)
{
	return work->before->tokens[old].hash ==
		       work->after->tokens[new].hash &&
	       bytes_equal(diff_side_core(work->before, old),
			   diff_side_core(work->after, new));
}

/* The ends that are the same go; true while both sides have something. */
static bool diff_trim(const struct diff_work *work, struct diff_box *box)
{
	while (box->old_from < box->old_to && box->new_from < box->new_to &&
	       diff_same(work, box->old_from, box->new_from)) {
		box->old_from++;
		box->new_from++;
	}
	while (box->old_from < box->old_to && box->new_from < box->new_to &&
	       diff_same(work, box->old_to - 1, box->new_to - 1)) {
		box->old_to--;
		box->new_to--;
	}
	return box->old_from < box->old_to && box->new_from < box->new_to;
}

static void diff_replace(const struct diff_work *work,
			 const struct diff_box *box)
{
	memset(work->before->only + box->old_from, 1,
	       box->old_to - box->old_from);
	memset(work->after->only + box->new_from, 1,
	       box->new_to - box->new_from);
}

/* One way through a box: from the front, or (seen from the back) from there. */
struct diff_way {
	const struct diff_work *work;
	struct diff_box box;
	int32_t *row; /* by diagonal, how far along the old side */
	bool from_back;
};

static bool diff_way_same(const struct diff_way *way, int32_t x, int32_t y)
{
	if (way->from_back)
		return diff_same(way->work, way->box.old_to - 1 - (uint32_t)x,
				 way->box.new_to - 1 - (uint32_t)y);
	return diff_same(way->work, way->box.old_from + (uint32_t)x,
			 way->box.new_from + (uint32_t)y);
}

/* As far as `edits` edits lead on diagonal k; DIFF_NOWHERE: out of the box. */
static int32_t diff_way_go(struct diff_way *way, int32_t k, int32_t edits)
{
	int32_t width = (int32_t)(way->box.old_to - way->box.old_from);
	int32_t height = (int32_t)(way->box.new_to - way->box.new_from);
	int32_t *row = way->row + DIFF_EDITS_MAX + 1;
	int32_t x;

	if (edits == 0)
		x = 0;
	else if (k == -edits || (k != edits && row[k - 1] < row[k + 1]))
		x = row[k + 1];
	else
		x = row[k - 1] + 1;
	if (x < 0 || x > width || x - k > height || x - k < 0)
		return row[k] = DIFF_NOWHERE;
	while (x < width && x - k < height && diff_way_same(way, x, x - k))
		x++;
	return row[k] = x;
}

/* Where the ways from both ends meet; false: they do not in time. */
static bool diff_meet(const struct diff_work *work, const struct diff_box *box,
		      uint32_t *old, uint32_t *new)
{
	struct diff_way ways[2] = {
		{ work, *box, work->rows, false },
		{ work, *box, work->rows + DIFF_ROW, true },
	};
	int32_t width = (int32_t)(box->old_to - box->old_from);
	int32_t delta = width - (int32_t)(box->new_to - box->new_from);

	for (int32_t edits = 0; edits <= DIFF_EDITS_MAX; edits++) {
		for (int32_t i = 0; i < 2 * (edits + 1); i++) {
			struct diff_way *way = &ways[i / (edits + 1)];
			int32_t k = 2 * (i % (edits + 1)) - edits;
			int32_t other = delta - k;
			int32_t most = way->from_back ? edits : edits - 1;
			const int32_t *row =
				ways[!way->from_back].row + DIFF_EDITS_MAX + 1;
			int32_t x = diff_way_go(way, k, edits);

			if (x == DIFF_NOWHERE || other < -most ||
			    other > most || (other + most) % 2 != 0 ||
			    row[other] == DIFF_NOWHERE ||
			    x + row[other] < width)
				continue;
			if (way->from_back) {
				*old = box->old_to - (uint32_t)x;
				*new = box->new_to - (uint32_t)(x - k);
			} else {
				*old = box->old_from + (uint32_t)x;
				*new = box->new_from + (uint32_t)(x - k);
			}
			return true;
		}
	}
	return false;
}

static int diff_push(struct diff_work *work, struct diff_box box)
{
	int rc = text_memory_grow(work->memory, &work->boxes, &work->box_cap,
				  work->box_count + 1, sizeof *work->boxes);

	if (rc == 0)
		work->boxes[work->box_count++] = box;
	return rc;
}

static int diff_one(struct diff_work *work)
{
	struct diff_box box = work->boxes[--work->box_count];
	struct diff_box rest;
	uint32_t old = 0;
	uint32_t new = 0;
	int rc;

	if (!diff_trim(work, &box) || !diff_meet(work, &box, &old, &new)) {
		diff_replace(work, &box);
		return 0;
	}
	rest = box;
	rest.old_from = old;
	rest.new_from = new;
	box.old_to = old;
	box.new_to = new;
	/* A cut at a corner cuts nothing. */
	if ((old == box.old_from && new == box.new_from) ||
	    (old == rest.old_to && new == rest.new_to)) {
		box.old_to = rest.old_to;
		box.new_to = rest.new_to;
		diff_replace(work, &box);
		return 0;
	}
	rc = diff_push(work, box);
	return rc == 0 ? diff_push(work, rest) : rc;
}

int diff_compare(struct diff_side *before, struct diff_side *after)
{
	struct diff_work work = {
		.memory = before->memory,
		.before = before,
		.after = after,
	};
	struct diff_box all = { 0, before->count, 0, after->count };
	int rc;

	rc = text_memory_grow(work.memory, &work.rows, &work.row_cap,
			      2 * DIFF_ROW, sizeof *work.rows);
	if (rc == 0)
		rc = diff_push(&work, all);
	while (rc == 0 && work.box_count > 0)
		rc = diff_one(&work);
	text_memory_give(work.memory, work.rows,
			 work.row_cap * sizeof *work.rows);
	text_memory_give(work.memory, work.boxes,
			 work.box_cap * sizeof *work.boxes);
	return rc;
}
