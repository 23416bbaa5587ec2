FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=container
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /kagami ./cmd/kagami && mkdir /keys /made

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /kagami /kagami
COPY --from=build --chown=65534:65534 /keys /keys
# files that are made to be handed out
COPY --from=build --chown=65534:65534 /made /tmp
USER 65534:65534
EXPOSE 8080
ENTRYPOINT ["/kagami"]
CMD ["serve", "--listen", "0.0.0.0:8080"]
