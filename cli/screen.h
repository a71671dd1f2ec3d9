/*
 * screen.h - where rendered text goes: stdout, through a pager if a person
 * looks at a terminal.
 *
 * The pager is $PAGER, else less; it is told to write nothing down and to
 * start nothing (LESSSECURE, LESSHISTFILE). Without one, or where stdout is
 * no terminal, text goes straight out.
 */
#ifndef KEPT_CLI_SCREEN_H
#define KEPT_CLI_SCREEN_H

#include "cli/cli.h"
#include "cli/render.h"

/* How to render for this run. Uncut where nobody looks at a terminal. */
struct render screen_render(const struct cli *cli);

/* From here on screen_put goes to the pager, if there is to be one. */
void screen_page(const struct cli *cli);
/* Writes what buf holds and clears it. False: nobody reads any more. */
bool screen_put(struct buf *buf);
/* Waits for the pager, if there is one. Returns EXIT_DONE, or EXIT_DISK when
 * stdout did not take everything. */
int screen_end(struct cli *cli);

#endif
