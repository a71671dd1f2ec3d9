/*
 * Goal: no bytes from the client socket crash the envelope parser, and spans
 * stay inside. Method: parse, then decode parameters by the method named.
 */
#include <stdint.h>

#include "proto/base/panic.h"
#include "proto/codec.h"
#include "proto/rpcmsg.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static bool is_inside(struct bytes span, const uint8_t *input, size_t size)
{
	return span.len == 0 ||
	       (span.ptr >= input && span.ptr + span.len <= input + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	const struct schema_method *method;
	struct rpcmsg_error error;
	struct arena arena;
	struct rpcmsg msg;
	struct err err;
	void *params;

	if (rpcmsg_parse(bytes_of(input, size), &msg) != 0)
		return 0;
	kept_assert(is_inside(msg.method, input, size));
	kept_assert(is_inside(msg.params, input, size));
	kept_assert(is_inside(msg.error, input, size));
	kept_assert(is_inside(msg.result, input, size));
	if (msg.error.len > 0 && rpcmsg_parse_error(msg.error, &error) == 0)
		kept_assert(is_inside(error.message, input, size));
	method = schema_rpc(msg.method);
	if (method == NULL)
		return 0;
	arena_init(&arena, 1u << 20);
	params = arena_alloc(&arena, 1, method->params->struct_bytes);
	kept_assert(params != NULL);
	if (codec_decode_named(method->params, msg.params, &arena, params,
			       &err) != 0)
		kept_assert(err.text[0] != '\0');
	arena_release(&arena);
	return 0;
}
