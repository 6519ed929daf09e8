# shellcheck shell=bash
# The templates of nginx/, filled in for this state.

nginx_modules=/usr/lib/nginx/modules

# The arguments of "listen": with a certificate, the port speaks https and wss only.
listen_lines() {
    printf '127.0.0.1:%s' "$port"
    [ ! -f "$data/conf/nginx/tls.conf" ] || printf ' ssl;\\n    include %s' "$data/conf/nginx/tls.conf"
}

# The lines of "geo": addresses without a login limit.
exempt_lines() {
    local address
    local addresses=${LOGIN_EXEMPT:-}
    for address in ${addresses//,/ }; do
        printf '%s 1; ' "$address"
    done
}

fill_in() {
    sed -e "s|@RUN@|$data/run|g" -e "s|@LOG@|$data/log|g" -e "s|@TMP@|$data/tmp|g" \
        -e "s|@PROXIES@|$data/conf/trusted-proxies.conf|g" -e "s|@NGINX@|$data/conf/nginx|g" -e "s|@HTDOCS@|$data/app/share/coagent/htdocs|g" \
        -e "s|@MODULES@|$nginx_modules|g" -e "s|@WORKERS@|$(nproc)|g" -e "s|@LISTEN@|$(listen_lines)|g" \
        -e "s|@LOGIN_RATE@|${LOGIN_RATE:-4}|g" -e "s|@LOGIN_BURST@|${LOGIN_BURST:-80}|g" \
        -e "s|@REQUEST_RATE@|${REQUEST_RATE:-100}|g" -e "s|@REQUEST_BURST@|${REQUEST_BURST:-400}|g" \
        -e "s|@CONNECTION_LIMIT@|${CONNECTION_LIMIT:-100}|g" -e "s|@SOCKET_LIMIT@|${SOCKET_LIMIT:-1000}|g" \
        -e "s|@LOGIN_EXEMPT@|$(exempt_lines)|g" "$1"
}

# nchan brings a second default for this folder, which no directive reaches. The first start of Debian's nginx makes it;
# here there may never have been one.
make_default_folder() {
    am_root || return 0
    [ -d /var/lib/nginx/body ] || install -d -o "$web_user" -m 700 /var/lib/nginx/body
}

# The certificate that SSL_CERTFILE and SSL_KEYFILE name, for nginx, whose user may not be able to read them where they are.
take_certificate() {
    local folder=$data/conf/tls owner=()
    mkdir -p "$data/conf/nginx" "$folder"
    rm -f "$data/conf/nginx/tls.conf" "$folder"/*
    [ -n "${SSL_CERTFILE:-}${SSL_KEYFILE:-}" ] || return 0
    if [ ! -r "${SSL_CERTFILE:-}" ] || [ ! -r "${SSL_KEYFILE:-}" ]; then
        fail "SSL_CERTFILE and SSL_KEYFILE must name a certificate and its key; coagentctl make-certificate creates them"
    fi
    ! am_root || owner=(-o "$web_user")
    install -m 644 "${owner[@]}" "$SSL_CERTFILE" "$folder/certificate.pem"
    install -m 400 "${owner[@]}" "$SSL_KEYFILE" "$folder/key.pem"
    "$data/app/sbin/coagentctl" make-certificate --folder "$folder" --print-nginx >"$data/conf/nginx/tls.conf"
}

check_limits() {
    local name
    for name in LOGIN_RATE LOGIN_BURST REQUEST_RATE REQUEST_BURST CONNECTION_LIMIT SOCKET_LIMIT; do
        [[ ${!name:-1} =~ ^[1-9][0-9]{0,5}$ ]] || fail "$name takes a number from 1 to 999999"
    done
    [[ ${LOGIN_EXEMPT:-} =~ ^[0-9a-fA-F.:/,]*$ ]] || fail "LOGIN_EXEMPT takes comma-separated addresses or networks"
}

write_nginx() {
    local template folder=$data/conf/nginx
    mkdir -p "$folder"
    check_limits
    for template in "$data"/app/share/coagent/nginx/*.conf.in; do
        fill_in "$template" >"$folder/$(basename "$template" .in)"
    done
    "$data/app/sbin/coagent-fcgi" --print-wait-locations >"$folder/wait-routes.conf"
    if grep -l '@[A-Z]*@' "$folder"/*.conf; then
        fail "these files of $folder contain a placeholder between @ without a value"
    fi
    logged "$data/log/nginx-check.log" "coagentctl trust-proxies" ctl trust-proxies
    make_default_folder
    check_nginx front
    check_nginx nchan
}

check_nginx() {
    logged "$data/log/nginx-check.log" "checking $data/conf/nginx/$1.conf" \
        as "$web_user" nginx -t -q -e "$data/log/$1-error.log" -c "$data/conf/nginx/$1.conf"
}
