/*
 * keyfile.h - small secret files beside the database: the slots file and
 * net.key.
 *
 * Written whole under a temporary name, synced, renamed, and the folder
 * synced: after 0 the new content is there for good, after an error the old
 * one still is. Mode 0600; a file that others may read or write, a symbolic
 * link, or one with a second name is refused.
 */
#ifndef KEPT_VAULT_KEYFILE_H
#define KEPT_VAULT_KEYFILE_H

#include "proto/base/buf.h"
#include "proto/crypto/keys.h"

#define KEYFILE_MAX_BYTES 65536u

/* Appends. ERR_NOT_FOUND, ERR_IO, ERR_CORRUPT (too large, or open to
 * others). */
int keyfile_read(const char *path, struct buf *out, struct err *err)
	KEPT_MUST_USE;
/* ERR_IO, ERR_DISK_FULL, ERR_LIMIT. */
int keyfile_write(const char *path, struct bytes content, struct err *err)
	KEPT_MUST_USE;
/* Overwrites what it can and removes; no such file is fine. */
int keyfile_remove(const char *path, struct err *err) KEPT_MUST_USE;

/*
 * net.key: what a locked daemon needs. D_net talks to other devices, the
 * public half of D_box seals what is written while locked.
 */
struct keyfile_net {
	struct net_secret net;
	struct net_public net_pub;
	struct box_public box;
};
int keyfile_read_net(const char *path, struct keyfile_net *out,
		     struct err *err) KEPT_MUST_USE;
int keyfile_write_net(const char *path, const struct keyfile_net *net,
		      struct err *err) KEPT_MUST_USE;

#endif
