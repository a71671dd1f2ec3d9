/*
 * test_limits.c - every bound of every message and request, and the limits
 * of proto/bounds.h that a request can reach, with both neighbors.
 *
 * Goal: one below and the limit itself are taken, one above is refused, and
 * then nothing has changed. Method: the tables of the .def files are walked;
 * what is too long is encoded under a table whose bound is one higher. The
 * rest goes through a node as requests.
 */
#include "daemon/node.h"

#include <unistd.h>

#include "proto/base/mem.h"
#include "proto/codec.h"
#include "tests/unit/nodebed.h"

#define MESSAGE_BYTES 1024u
#define ROOM_BYTES ((size_t)4 << 20)

/* ---- messages ---- */

struct probe {
	const struct schema_message *real;
	struct schema_message loose;
	struct schema_field fields[32];
	size_t place;
	struct arena arena;
	struct buf out;
	uint8_t *filler; /* 'a', ROOM_BYTES */
	uint8_t *items;  /* zeros, ROOM_BYTES */
	_Alignas(max_align_t) uint8_t message[MESSAGE_BYTES];
	_Alignas(max_align_t) uint8_t got[MESSAGE_BYTES];
};

static bool has_bound(const struct schema_field *field)
{
	return field->type == SCHEMA_U64
		       ? field->bound < UINT64_MAX
		       : field->type == SCHEMA_BIN ||
				 field->type == SCHEMA_STR ||
				 field->type == SCHEMA_FIXES ||
				 field->type == SCHEMA_LIST;
}

/* The member is as long, as many, or as great as that. */
static void put_size(struct probe *probe, uint64_t size)
{
	const struct schema_field *field = &probe->real->fields[probe->place];
	void *member = probe->message + field->offset;
	struct schema_list list = { probe->items, (size_t)size };
	struct schema_fixes fixes = { probe->filler, (size_t)size };
	struct bytes span = { probe->filler, (size_t)size };

	if (field->type == SCHEMA_U64)
		memcpy(member, &size, sizeof size);
	else if (field->type == SCHEMA_LIST)
		memcpy(member, &list, sizeof list);
	else if (field->type == SCHEMA_FIXES)
		memcpy(member, &fixes, sizeof fixes);
	else
		memcpy(member, &span, sizeof span);
	*codec_present(probe->real, probe->message) |= UINT32_C(1)
						       << probe->place;
}

static void probe_field(struct probe *probe)
{
	const struct schema_field *field = &probe->real->fields[probe->place];
	uint64_t size;

	probe->fields[probe->place].bound++;
	for (size = field->bound - (field->bound > 0); size <= field->bound + 1;
	     size++) {
		bool fits = size <= field->bound;
		bool is_whole;
		int rc;

		memset(probe->message, 0, sizeof probe->message);
		put_size(probe, size);
		buf_clear(&probe->out);
		rc = codec_encode(&probe->loose, probe->message, &probe->out);
		assert_int_equal(rc, 0);
		is_whole = probe->real->max_bytes == 0 ||
			   probe->out.len <= probe->real->max_bytes;
		arena_reset(&probe->arena);
		rc = codec_decode(probe->real, buf_bytes(&probe->out),
				  &probe->arena, probe->got);
		if ((rc == 0) != (fits && is_whole))
			fail_msg("%s.%s of %llu: %d", probe->real->name,
				 field->name, (unsigned long long)size, rc);
		buf_clear(&probe->out);
		rc = codec_encode(probe->real, probe->message, &probe->out);
		assert_int_equal(rc, fits && is_whole ? 0 : ERR_LIMIT);
	}
	probe->fields[probe->place].bound--;
}

static size_t probe_message(struct probe *probe,
			    const struct schema_message *real)
{
	size_t probed = 0;

	assert_true(real->struct_bytes <= MESSAGE_BYTES);
	probe->real = real;
	probe->loose = *real;
	probe->loose.max_bytes = 0;
	probe->loose.fields = probe->fields;
	memcpy(probe->fields, real->fields,
	       real->field_count * sizeof *real->fields);
	for (probe->place = 0; probe->place < real->field_count;
	     probe->place++) {
		const struct schema_field *field = &real->fields[probe->place];

		/* REQUIRED or not: zeros are a value of each. */
		if (!has_bound(field))
			continue;
		probe_field(probe);
		probed++;
	}
	return probed;
}

static void every_bound_of_every_message_has_two_sides(void **state)
{
	static struct probe probe;
	const struct schema_message *real;
	size_t probed = 0;
	size_t i;

	(void)state;
	arena_init(&probe.arena, (size_t)16 << 20);
	buf_init(&probe.out, (size_t)16 << 20);
	probe.filler = mem_alloc(ROOM_BYTES, 1);
	probe.items = mem_alloc(ROOM_BYTES, 1);
	assert_non_null(probe.filler);
	assert_non_null(probe.items);
	memset(probe.filler, 'a', ROOM_BYTES);
	for (i = 0; (real = schema_sync_at(i)) != NULL; i++)
		probed += probe_message(&probe, real);
	for (i = 0; (real = schema_control_at(i)) != NULL; i++)
		probed += probe_message(&probe, real);
	assert_in_range(probed, 30, 200);
	mem_free(probe.filler);
	mem_free(probe.items);
	buf_release(&probe.out);
	arena_release(&probe.arena);
}

/* ---- requests ---- */

static struct bed bed;
static char *home;
static char before[1024];
static char text_of[LIMIT_ENTRY_TEXT_BYTES + 64];

static int start(void **state)
{
	(void)state;
	home = harness_temp_dir();
	assert_non_null(getcwd(before, sizeof before));
	assert_int_equal(chdir(home), 0);
	bed_open(&bed, "a");
	assert_string_equal(bed_call(&bed, "init", "name", "laptop",
				     "passphrase", "abc", "kdf_memory",
				     "#8388608", "kdf_passes", "#1", NULL),
			    "");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	bed_close(&bed);
	assert_int_equal(chdir(before), 0);
	harness_temp_remove(home);
	return 0;
}

/* head and then 'w' up to that many bytes behind it */
static const char *long_text(const char *head, size_t len)
{
	size_t head_len = strlen(head);

	assert_true(head_len + len < sizeof text_of);
	memcpy(text_of, head, head_len);
	memset(text_of + head_len, 'w', len);
	text_of[head_len + len] = '\0';
	return text_of;
}

static uint64_t entries(void)
{
	assert_string_equal(bed_call(&bed, "log", NULL), "");
	return strtoull(bed_get("entries"), NULL, 10);
}

static void an_entry_takes_text_up_to_its_limit(void **state)
{
	uint64_t held = entries();
	size_t more;

	(void)state;
	for (more = 0; more < 3; more++) {
		size_t len = LIMIT_ENTRY_TEXT_BYTES - 1 + more;
		const char *said = bed_call(&bed, "add", "kind", "note",
					    "fields", long_text("{text=", len),
					    NULL);

		if (more < 2)
			assert_string_equal(said, "");
		else
			assert_string_not_equal(said, "");
		assert_int_equal(entries(), held + (more < 2 ? more + 1 : 2));
	}
}

static void a_tag_is_as_long_as_its_limit(void **state)
{
	size_t more;

	(void)state;
	for (more = 0; more < 3; more++) {
		size_t len = LIMIT_TAG_BYTES - 1 + more;
		const char *said = bed_call(&bed, "add", "kind", "win",
					    "fields", "{what=x", "tags",
					    long_text("[", len), NULL);

		if (more < 2)
			assert_string_equal(said, "");
		else
			assert_string_not_equal(said, "");
	}
}

static void pages_and_searches_have_their_limits(void **state)
{
	char number[32];
	size_t more;

	(void)state;
	for (more = 0; more < 3; more++) {
		const char *said;

		snprintf(number, sizeof number, "#%zu",
			 LIMIT_LIST_PAGE - 1 + more);
		said = bed_call(&bed, "log", "limit", number, NULL);
		assert_true((strcmp(said, "") == 0) == (more < 2));
		said = bed_call(&bed, "search", "query",
				long_text("", LIMIT_SEARCH_BYTES - 1 + more),
				NULL);
		assert_true((strcmp(said, "") == 0) == (more < 2));
	}
}

static void a_draft_too_many_is_refused(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < LIMIT_DRAFTS; i++)
		assert_string_equal(bed_call(&bed, "draft_put", "kind", "win",
					     "fields", "{what=half", NULL),
				    "");
	assert_string_not_equal(bed_call(&bed, "draft_put", "kind", "win",
					 "fields", "{what=half", NULL),
				"");
	assert_string_equal(bed_call(&bed, "drafts", NULL), "");
	assert_int_equal(strtoull(bed_get("drafts"), NULL, 10), LIMIT_DRAFTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_bound_of_every_message_has_two_sides),
		cmocka_unit_test(an_entry_takes_text_up_to_its_limit),
		cmocka_unit_test(a_tag_is_as_long_as_its_limit),
		cmocka_unit_test(pages_and_searches_have_their_limits),
		cmocka_unit_test(a_draft_too_many_is_refused),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
