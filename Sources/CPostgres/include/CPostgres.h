// libpq for Swift.
#ifndef FLEETTUI_CPOSTGRES_H
#define FLEETTUI_CPOSTGRES_H
#include <postgresql/libpq-fe.h>
#endif
