#!/bin/sh
# Makes the clips of the video page (public/clips/*.webm): a few seconds a scene, a visible clock, no sound.
# Needs ffmpeg (with libvpx-vp9) and the DejaVu fonts. The clips are kept in the repository; run this to change them.
set -eu
cd "$(dirname "$0")/public/clips"
FONT=${FONT:-/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf}
MONO=${MONO:-/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf}

# clip NAME SECONDS_A_SCENE 'scene title|colour|colour' ...
clip() {
  name=$1 seconds=$2
  shift 2
  count=$#
  inputs='' graph='' joined='' i=0
  for scene in "$@"; do
    title=${scene%%|*} colours=${scene#*|}
    first=${colours%%|*} second=${colours#*|}
    inputs="$inputs -f lavfi -t $seconds -i gradients=s=640x360:r=12:c0=$first:c1=$second:nb_colors=2:speed=0.004:seed=$((i + 7))"
    graph="$graph[$i:v]drawtext=fontfile=$FONT:text='●':fontsize=120:fontcolor=white@0.16:x='-60+t*(w+60)/$seconds':y='h*0.32+18*sin(t/3)',drawtext=fontfile=$FONT:text='$title':fontsize=34:fontcolor=white@0.92:x=40:y=h-92[s$i];"
    joined="$joined[s$i]"
    i=$((i + 1))
  done
  graph="$graph${joined}concat=n=$count:v=1:a=0,drawtext=fontfile=$MONO:text='%{pts\:gmtime\:0\:%M\\\\\\:%S}':fontsize=26:fontcolor=white@0.9:x=w-tw-32:y=28,format=yuv420p[v]"
  # shellcheck disable=SC2086
  ffmpeg -hide_banner -loglevel error -y $inputs -filter_complex "$graph" -map '[v]' \
    -c:v libvpx-vp9 -b:v 0 -crf 50 -g 48 -row-mt 1 -cpu-used 2 -deadline good -pass 1 -passlogfile "/tmp/$name" -f null /dev/null
  # shellcheck disable=SC2086
  ffmpeg -hide_banner -loglevel error -y $inputs -filter_complex "$graph" -map '[v]' \
    -c:v libvpx-vp9 -b:v 0 -crf 50 -g 48 -row-mt 1 -cpu-used 2 -deadline good -pass 2 -passlogfile "/tmp/$name" \
    -metadata title="$name" "$name.webm"
  rm -f "/tmp/$name"-*.log
}

clip harbour 15 'First light|0x1b2a49|0xd9825b' 'The ferry|0x1f4e79|0x6fa8c7' 'Fish market|0x1d5c63|0xe2b36a' \
  'Rain at noon|0x394759|0x7d8fa3' 'Evening bells|0x5b2a53|0xe08e6d' 'Harbour lights|0x0d1b2a|0x3a5a8c'
clip train 15 'Platform nine|0x2a1f3d|0x8c5a8c' 'Leaving town|0x123a52|0x4f8a8b' 'Pine country|0x12372a|0x6b9a74' \
  'The long bridge|0x1c2541|0x5b7fb0' 'Sunrise halt|0x6b2737|0xf0a868'
clip garden 15 'Seedlings|0x1e3d2f|0x8fb36b' 'Glass and iron|0x24425c|0x88b7c9' 'The orchid room|0x51264f|0xd38fb0' \
  'After closing|0x141e30|0x35577d'
