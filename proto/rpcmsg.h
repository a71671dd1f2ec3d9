/*
 * rpcmsg.h - msgpack-RPC envelopes of the client socket, as published:
 * request [0, id, method, params], response [1, id, error, result],
 * notification [2, method, params]. An error is [code name, message, hint].
 *
 * Parsed spans borrow from the input. Both ends use this: keptd and kept.
 */
#ifndef KEPT_PROTO_RPCMSG_H
#define KEPT_PROTO_RPCMSG_H

#include "proto/base/buf.h"
#include "proto/bounds.h"

#define RPCMSG_METHOD_BYTES_MAX 64u

enum rpcmsg_type {
	RPCMSG_REQUEST = 0,
	RPCMSG_RESPONSE = 1,
	RPCMSG_NOTIFICATION = 2
};

struct rpcmsg {
	enum rpcmsg_type type;
	uint32_t id;	      /* request, response */
	struct bytes method;  /* request, notification */
	/*
	 * Request, notification: one map (client profile), or len 0 for nil
	 * and none. Many libraries wrap it in an array; that is taken too.
	 */
	struct bytes params;
	struct bytes error;  /* response: one element; len 0: it was nil */
	struct bytes result; /* response: one element */
};

struct rpcmsg_error {
	struct bytes code;    /* err_name() */
	struct bytes message;
	struct bytes hint;    /* len 0: none */
};

/* Runs mpcheck. ERR_MALFORMED, or ERR_LIMIT (depth, nodes, method). */
int rpcmsg_parse(struct bytes input, struct rpcmsg *out) KEPT_MUST_USE;
/* The error of a response; ERR_MALFORMED if it is of another form. */
int rpcmsg_parse_error(struct bytes error, struct rpcmsg_error *out)
	KEPT_MUST_USE;

/* params, result: one whole element; len 0 writes an empty map. */
void rpcmsg_put_request(struct buf *out, uint32_t id, const char *method,
			struct bytes params);
void rpcmsg_put_response(struct buf *out, uint32_t id, struct bytes result);
/* message NULL or empty: the row's own text; hint NULL: "". */
void rpcmsg_put_error(struct buf *out, uint32_t id, int code,
		      const char *message, const char *hint);
void rpcmsg_put_notification(struct buf *out, const char *method,
			     struct bytes params);

#endif
