/*
 * banned.h - functions nobody should reach for; using one does not compile.
 * Included last by every .c file through the compiler's -include.
 */
#ifndef KEPT_BASE_BANNED_H
#define KEPT_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Macros in some libc's headers; poison wants plain names. */
#undef alloca
#undef sprintf
#undef vsprintf
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets
#pragma GCC poison strtok asctime ctime gmtime localtime atoi atol atof
#pragma GCC poison alloca rand srand tmpnam mktemp tempnam

#endif
