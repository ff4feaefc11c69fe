# Kannel 1.4.5 as Debian ships it, with the configuration of ../kannel filled in from the environment at the start.
# Its argument is the program: bearerbox or smsbox.
FROM debian:bookworm-slim
# Debian's stable keeps one version of each package.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends gettext-base kannel \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o 10002 -g 10002 -m 700 /var/spool/kannel \
 && ln -sf /dev/null /var/log/kannel/bearerbox.log \
 && ln -sf /dev/null /var/log/kannel/smsbox.log
COPY deploy/kannel/fill deploy/kannel/kannel.conf deploy/images/kannel/start /opt/ntbcare/
USER 10002:10002
WORKDIR /tmp
EXPOSE 13013
ENTRYPOINT ["/opt/ntbcare/start"]
CMD ["bearerbox"]
