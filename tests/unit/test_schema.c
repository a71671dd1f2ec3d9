/*
 * Goal: the tables expand to what the code relies on. Method: every row of
 * every table is walked for order, bounds, and words; a few rows are pinned
 * as numbers that are for ever.
 */
#include "proto/schema.h"

#include "proto/entry.h"
#include "tests/lib/harness.h"

static void check_message(const struct schema_message *desc)
{
	uint64_t last = 0;

	assert_true(desc->field_count <= 32);
	assert_true(desc->struct_bytes >=
		    desc->present_offset + sizeof(uint32_t));
	assert_true(strlen(desc->doc) > 0);
	for (size_t i = 0; i < desc->field_count; i++) {
		const struct schema_field *field = &desc->fields[i];

		if (field->number <= last)
			fail_msg("%s.%s: numbers ascend", desc->name,
				 field->name);
		last = field->number;
		assert_true(strlen(field->doc) > 0);
		assert_true(field->bound > 0);
		assert_true(field->offset < desc->present_offset);
		if (field->type != SCHEMA_LIST) {
			assert_null(field->sub);
			continue;
		}
		/* the interpreter does not recurse */
		assert_int_equal(field->sub->number, 0);
		for (size_t j = 0; j < field->sub->field_count; j++)
			assert_true(field->sub->fields[j].type < SCHEMA_LIST);
	}
}

static void every_message_is_well_formed(void **state)
{
	const struct schema_message *desc;
	size_t i;

	(void)state;
	for (i = 0; (desc = schema_control_at(i)) != NULL; i++) {
		check_message(desc);
		assert_ptr_equal(schema_control(desc->number), desc);
		assert_true(desc->max_bytes <= LIMIT_CONTROL_BODY_BYTES);
	}
	assert_int_equal(i, 7);
	for (i = 0; (desc = schema_sync_at(i)) != NULL; i++) {
		check_message(desc);
		assert_ptr_equal(schema_sync(desc->number), desc);
		assert_true(desc->max_bytes <= LIMIT_FRAME_BYTES);
		assert_int_not_equal(desc->states, 0);
	}
	assert_int_equal(i, 13);
}

static void every_method_is_well_formed(void **state)
{
	const struct schema_method *method;
	size_t i;

	(void)state;
	for (i = 0; (method = schema_rpc_at(i)) != NULL; i++) {
		check_message(method->params);
		assert_string_equal(method->params->name, method->name);
		assert_true(strlen(method->doc) > 0);
		assert_true(method->since >= 1);
		assert_ptr_equal(schema_rpc(bytes_from_str(method->name)),
				 method);
		for (size_t j = 0; j < method->result_count; j++)
			assert_true(strlen(method->results[j].doc) > 0);
	}
	assert_int_equal(i, RPC_METHOD_COUNT);
	assert_null(schema_rpc(bytes_from_str("ad")));
	assert_null(schema_rpc(bytes_from_str("")));
	for (i = 0; schema_event_at(i) != NULL; i++)
		assert_true(strlen(schema_event_at(i)->doc) > 0);
	assert_int_equal(i, 6);
}

static void numbers_are_for_ever(void **state)
{
	(void)state;
	assert_string_equal(schema_control(1)->name, "genesis");
	assert_int_equal(CONTROL_LOG_OPEN, 2);
	assert_int_equal(CONTROL_FORK, 7);
	assert_string_equal(schema_sync(1)->name, "state");
	assert_int_equal(SYNC_CLOSE, 9);
	assert_int_equal(SYNC_PAIR_DONE, 19);
	assert_null(schema_control(0));
	assert_null(schema_control(8));
	assert_null(schema_sync(10));
	assert_null(schema_sync(UINT64_MAX));
	assert_int_equal(schema_sync(SYNC_WANT)->states,
			 SYNC_IN(INTRO) | SYNC_IN(CONTROL) | SYNC_IN(STREAM));
	assert_int_equal(schema_sync(SYNC_PAIR_KEYS)->states, SYNC_IN(PAIRING));
	assert_string_equal(schema_rpc_at(RPC_METHOD_unlock)->name, "unlock");
	assert_string_equal(
		schema_access_name(schema_rpc_at(RPC_METHOD_edit)->access),
		"write");
}

static void presence_is_a_bit_by_name(void **state)
{
	struct rpc_log params = { .present = 0 };

	(void)state;
	assert_false(SCHEMA_HAS(&params, rpc_log, limit));
	SCHEMA_SET(&params, rpc_log, limit);
	assert_true(SCHEMA_HAS(&params, rpc_log, limit));
	assert_false(SCHEMA_HAS(&params, rpc_log, cursor));
	assert_int_equal(params.present, 1u << 7);
}

static void check_kind(const struct entry_kind *kind, uint32_t least)
{
	uint32_t last = least - 1;

	for (size_t i = 0; i < kind->field_count; i++) {
		const struct entry_field *field = &kind->fields[i];

		if (field->number <= last)
			fail_msg("%s.%s", kind->name, field->name);
		last = field->number;
		assert_ptr_equal(entry_field_by_number(kind, field->number),
				 field);
		assert_true(field->low <= field->high);
		assert_int_equal(field->choices != NULL,
				 field->type == ENTRY_TYPE_CHOICE);
		assert_int_equal(field->list_key != 0,
				 field->type == ENTRY_TYPE_FEELINGS);
	}
}

static void every_kind_is_well_formed(void **state)
{
	const struct entry_kind *kind;
	size_t i;

	(void)state;
	check_kind(entry_base(), 1);
	for (i = 0; (kind = entry_kind_at(i)) != NULL; i++) {
		check_kind(kind, 16);
		assert_int_equal(kind->number, i + 1);
		assert_ptr_equal(entry_kind_by_number(kind->number), kind);
		assert_ptr_equal(entry_kind_by_name(bytes_from_str(kind->name)),
				 kind);
		/* The quick way to tell, and what the table says. */
		assert_int_equal(entry_kind_is_hidden(kind->number),
				 kind->needs == ENTRY_NEEDS_HIDDEN);
	}
	assert_int_equal(i, 16);
	assert_true(entry_kind_is_hidden(16));
	assert_false(entry_kind_is_hidden(15));
	assert_null(entry_kind_by_number(0));
	assert_null(entry_kind_by_number(17));
	assert_null(entry_kind_by_name(bytes_from_str("base")));
	assert_int_equal(ENTRY_KIND_comment, 15);
	assert_int_equal(ENTRY_base_life, 1);
	assert_int_equal(ENTRY_thought_feelings, 17);
	kind = entry_kind_by_number(ENTRY_KIND_thought);
	assert_string_equal(entry_field_first(kind)->name, "thought");
	assert_null(
		entry_field_first(entry_kind_by_number(ENTRY_KIND_checkin)));
}

static void choices_are_counted_out(void **state)
{
	const struct entry_field *size = entry_field_by_name(
		entry_kind_by_number(ENTRY_KIND_win), bytes_from_str("size"));

	(void)state;
	assert_bytes(entry_choice_at(size, 0), bytes_from_str("tiny"));
	assert_bytes(entry_choice_at(size, 2), bytes_from_str("big"));
	assert_int_equal(entry_choice_at(size, 3).len, 0);
	assert_non_null(entry_pattern_by_slug(bytes_from_str("shoulds")));
	assert_null(entry_pattern_by_slug(bytes_from_str("should")));
	assert_non_null(entry_pattern_at(14));
	assert_null(entry_pattern_at(15));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_is_well_formed),
		cmocka_unit_test(every_method_is_well_formed),
		cmocka_unit_test(numbers_are_for_ever),
		cmocka_unit_test(presence_is_a_bit_by_name),
		cmocka_unit_test(every_kind_is_well_formed),
		cmocka_unit_test(choices_are_counted_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
