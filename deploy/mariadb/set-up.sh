#!/bin/sh
# Make the database of an installation and the user that it needs, with no more rights than it needs. May be repeated:
# the password is then changed to the one given, and nothing else. Run it as root on the database's machine, or name
# another by the options of the client:
#
#   deploy/mariadb/set-up.sh < password-file                 # as root through the local socket
#   deploy/mariadb/set-up.sh -h db.example.org -u admin -p < password-file
#
# NAME and HOST of the environment change the name of database and user (hallofshame) and the host that the user comes
# from (localhost); READER=yes also makes NAME_reader with the same password, who may read and nothing else, for
# reports and a SQL prompt.
set -eu

name=${NAME:-hallofshame}
host=${HOST:-localhost}

case "$name$host" in
*[!A-Za-z0-9_.%:-]*) echo "Error: NAME and HOST take letters, digits and _ . % : - only" >&2; exit 2 ;;
esac
IFS= read -r password || [ -n "$password" ]
if [ "${#password}" -lt 12 ]; then
    echo "Error: give a password of at least 12 characters on standard input: openssl rand -base64 24" >&2
    exit 2
fi
case "$password" in
*[\'\\]*) echo "Error: a password with ' or \\ cannot be used here; openssl rand -base64 24 makes one" >&2; exit 2 ;;
esac

client=$(command -v mariadb || command -v mysql) || {
    echo "Error: there is no client program; apt-get install mariadb-client" >&2
    exit 2
}

# What the program does: rows (SELECT, INSERT, UPDATE, DELETE), schema changes of an upgrade (CREATE, ALTER, DROP, INDEX,
# REFERENCES, the views) and monthly partitions with their tables locked (ALTER, DROP, LOCK TABLES). Nothing of the
# server: no FILE, PROCESS, SUPER, no other database, no right to pass rights on.
{
    cat <<SQL
CREATE DATABASE IF NOT EXISTS \`$name\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE USER IF NOT EXISTS '$name'@'$host' IDENTIFIED BY '$password';
ALTER USER '$name'@'$host' IDENTIFIED BY '$password';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES, CREATE VIEW, SHOW VIEW, LOCK TABLES
    ON \`$name\`.* TO '$name'@'$host';
SQL
    if [ "${READER:-}" = yes ]; then
        cat <<SQL
CREATE USER IF NOT EXISTS '${name}_reader'@'$host' IDENTIFIED BY '$password';
ALTER USER '${name}_reader'@'$host' IDENTIFIED BY '$password';
GRANT SELECT, SHOW VIEW ON \`$name\`.* TO '${name}_reader'@'$host';
SQL
    fi
} | "$client" "$@"

echo "The database $name is there, and the user $name@$host. Put into .env, the password percent-encoded:"
echo "HALLOFSHAME_DATABASE_URL=mysql+pymysql://$name:PASSWORD@HOST/$name"
