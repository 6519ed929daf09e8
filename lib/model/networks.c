#include "model/networks.h"

#include "base/json.h"
#include "base/number.h"
#include "network/destination.h"
#include "queries.h"

int networks_check(struct json_object *body, struct text *why)
{
    struct json_object *lines = json_member(body, "destinations");
    size_t count = lines ? json_object_array_length(lines) : 0;
    struct destination destination;

    for (size_t i = 0; i < count; i++)
        if (!destination_read(json_object_get_string(json_object_array_get_idx(lines, i)), &destination, why))
            return (int)i;
    return -1;
}

enum outcome networks_list(struct db *db, int limit, const char *cursor)
{
    char most[NUMBER_TEXT_SIZE];

    number_text(limit, most);
    return db_do(db, &query_network_list, DB_VALUES(most, cursor));
}

enum outcome networks_get(struct db *db, const char *id)
{
    return db_do(db, &query_network_get, DB_VALUES(id));
}

enum outcome networks_create(struct db *db, struct json_object *body)
{
    return db_do(db, &query_network_create, DB_VALUES(json_object_to_json_string(body)));
}

enum outcome networks_edit(struct db *db, const char *id, struct json_object *body)
{
    return db_do(db, &query_network_edit, DB_VALUES(id, json_object_to_json_string(body)));
}

enum outcome networks_delete(struct db *db, const char *id)
{
    return db_do(db, &query_network_delete, DB_VALUES(id));
}
