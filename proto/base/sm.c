/*
 * sm.c - moves of checked state machines, and the ring that remembers them.
 *
 * The ring is one per process and written by the loop's thread alone. Dumping
 * it must never allocate or lock: it happens while the process dies. Next:
 * panic.c.
 */
#include "proto/base/sm.h"

#include <unistd.h>

#include "proto/base/panic.h"

struct sm_step {
	const char *machine;
	const char *from;
	const char *to;
	uint32_t id;
};

static struct sm_step sm_ring[SM_RING_COUNT];
static uint64_t sm_ring_next; /* steps ever; the slot is this mod count */

/* One line of the dump, built without stdio. */
struct sm_line {
	char text[160];
	size_t len;
};

static void sm_line_put(struct sm_line *line, const char *text)
{
	size_t len = strlen(text);

	if (len > sizeof line->text - line->len)
		len = sizeof line->text - line->len;
	memcpy(line->text + line->len, text, len);
	line->len += len;
}

static void sm_line_put_hex(struct sm_line *line, uint32_t v)
{
	char digits[9];

	for (size_t i = 0; i < 8; i++)
		digits[i] = "0123456789abcdef"[v >> (28 - 4 * i) & 15];
	digits[8] = '\0';
	sm_line_put(line, digits);
}

void sm_init(struct sm *sm, const char *machine, const struct sm_state *states,
	     uint32_t state_count, uint32_t id)
{
	kept_assert(state_count > 0 && state_count <= 32);
	*sm = (struct sm){
		.states = states,
		.state_count = state_count,
		.id = id,
		.machine = machine,
	};
}

bool sm_can(const struct sm *sm, uint32_t to)
{
	return to < sm->state_count &&
	       (sm->states[sm->state].allowed & SM_BIT(to)) != 0;
}

void sm_move(struct sm *sm, uint32_t to)
{
	if (!sm_can(sm, to)) {
		struct sm_line line = { .len = 0 };

		sm_line_put(&line, sm->machine);
		sm_line_put(&line, " may not go from ");
		sm_line_put(&line, sm_name(sm));
		sm_line_put(&line, " to ");
		sm_line_put(&line, to < sm->state_count ? sm->states[to].name
							: "nowhere");
		line.text[line.len < sizeof line.text ? line.len
						      : line.len - 1] = '\0';
		panic_at(__FILE__, __LINE__, line.text);
	}
	sm_ring[sm_ring_next++ % SM_RING_COUNT] = (struct sm_step){
		.machine = sm->machine,
		.from = sm_name(sm),
		.to = sm->states[to].name,
		.id = sm->id,
	};
	sm->state = to;
}

const char *sm_name(const struct sm *sm)
{
	return sm->states[sm->state].name;
}

void sm_ring_dump(int fd)
{
	uint64_t at = 0;

	if (sm_ring_next > SM_RING_COUNT)
		at = sm_ring_next - SM_RING_COUNT;
	for (; at < sm_ring_next; at++) {
		const struct sm_step *step = &sm_ring[at % SM_RING_COUNT];
		struct sm_line line = { .len = 0 };

		sm_line_put(&line, step->machine);
		sm_line_put(&line, " ");
		sm_line_put_hex(&line, step->id);
		sm_line_put(&line, " ");
		sm_line_put(&line, step->from);
		sm_line_put(&line, " -> ");
		sm_line_put(&line, step->to);
		sm_line_put(&line, "\n");
		if (write(fd, line.text, line.len) < 0)
			return;
	}
}
